package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.jspecify.annotations.Nullable;

/**
 * All windows of a subtask that have not settled. Readings are added up in memory; state hears of
 * them ahead of each barrier. When memory holds more than it may, the greatest windows are released
 * into state, where their cells are looked up one by one.
 */
final class OpenWindows implements Windows {

    /** Places for windows that are found without asking the map. */
    private static final int RECENT_BITS = 12;

    private final SharedByWindows shared;
    private final WindowOutput output;
    private final long mostBytes;
    private final int mostGroups;
    private final Map<WindowKey, OpenWindow> windows = new HashMap<>();
    private final TreeMap<Long, List<OpenWindow>> byEnd = new TreeMap<>();
    private final List<OpenWindow> touched = new ArrayList<>();
    private final Map<String, String> otherGroups = new HashMap<>();
    private final @Nullable OpenWindow[] recent = new @Nullable OpenWindow[1 << RECENT_BITS];

    /** Of the windows, without the texts that they share. */
    private long bytesOfWindows;

    private long releases;
    private long toleratedBytes;

    private record WindowKey(int key, long startMillis, long endMillis) {}

    /**
     * @param aggregations of the meters by slug
     * @param mostBytes of heap, about
     * @param mostGroups of one meter and subject in one window; readings of further ones count in
     *     {@link GroupText#other}
     */
    OpenWindows(
            Map<String, Aggregation> aggregations,
            WindowState state,
            WindowOutput output,
            long mostBytes,
            int mostGroups) {
        this.shared = new SharedByWindows(state, aggregations);
        this.output = output;
        this.mostBytes = mostBytes;
        this.toleratedBytes = mostBytes;
        this.mostGroups = mostGroups;
    }

    @Override
    public void restore(int key) throws Exception {
        for (Map.Entry<TimeWindow, Boolean> kept : shared.state().windows(key).entrySet()) {
            OpenWindow window = new OpenWindow(key, kept.getKey(), shared);
            window.restore(kept.getValue());
            put(new WindowKey(key, kept.getKey().getStart(), kept.getKey().getEnd()), window);
            bytesOfWindows += window.bytes();
            keepWithinBytes();
        }
    }

    @Override
    public Added add(int key, UsageEvent event, Reading reading) throws Exception {
        OpenWindow window = windowFor(key, reading);
        long before = window.bytes();
        Added added = add(window, event, reading);
        bytesOfWindows += window.bytes() - before;
        keepWithinBytes();
        return added;
    }

    private Added add(OpenWindow window, UsageEvent event, Reading reading) throws Exception {
        KeptText subject = shared.texts().subject(event.subject());
        KeptText group = shared.texts().group(reading.group());
        int cell = window.find(reading.meter(), subject, group);
        if (cell == CellTable.NONE) {
            return addToNew(window, event, reading, subject, group);
        }
        return change(window, cell, event, reading) ? Added.TO_OWN_GROUP : Added.OUT_OF_RANGE;
    }

    private Added addToNew(
            OpenWindow window,
            UsageEvent event,
            Reading reading,
            KeptText subject,
            KeptText ownGroup)
            throws Exception {
        String meter = reading.meter();
        KeptText group = ownGroup;
        boolean other = window.hasGroups(mostGroups, meter, subject, group);
        int cell = CellTable.NONE;
        if (other) {
            group = shared.texts().group(otherGroup(meter, group.text()));
            cell = window.find(meter, subject, group);
        }
        if (cell == CellTable.NONE) {
            if (reading.value() != null && !Quantity.inRange(reading.value())) {
                return Added.OUT_OF_RANGE;
            }
            cell = window.add(meter, subject, group);
        }
        if (!change(window, cell, event, reading)) {
            return Added.OUT_OF_RANGE;
        }
        return other ? Added.TO_OTHER_GROUP : Added.TO_OWN_GROUP;
    }

    private boolean change(OpenWindow window, int cell, UsageEvent event, Reading reading)
            throws Exception {
        if (!window.numbers()
                .add(cell, reading.value(), event.timeMicros(), event.source(), event.id())) {
            return false;
        }
        window.change(cell);
        if (window.markTouched()) {
            touched.add(window);
        }
        String text = reading.distinct();
        if (text != null) {
            see(window, new DistinctValue(window.name(cell), text));
        }
        return true;
    }

    private void see(OpenWindow window, DistinctValue value) throws Exception {
        if (window.isNew(value)) {
            output.value(value);
        }
    }

    private OpenWindow windowFor(int key, Reading reading) {
        long start = reading.windowStartMillis();
        long end = reading.windowEndMillis();
        int slot = recentSlot(key, start, end);
        OpenWindow window = recent[slot];
        if (window == null || !window.is(key, start, end)) {
            window = lookUp(new WindowKey(key, start, end));
            recent[slot] = window;
        }
        return window;
    }

    /** Windows begin at round times, so that only their high bits tell them apart. */
    private static int recentSlot(int key, long start, long end) {
        long mixed = (key * 31L + start) * 31L + end;
        return (int) (mixed * 0x9E3779B97F4A7C15L >>> Long.SIZE - RECENT_BITS);
    }

    private OpenWindow lookUp(WindowKey place) {
        OpenWindow window = windows.get(place);
        if (window == null) {
            TimeWindow time = new TimeWindow(place.startMillis(), place.endMillis());
            window = new OpenWindow(place.key(), time, shared);
            put(place, window);
            bytesOfWindows += window.bytes();
        }
        return window;
    }

    private void put(WindowKey place, OpenWindow window) {
        windows.put(place, window);
        byEnd.computeIfAbsent(place.endMillis(), end -> new ArrayList<>()).add(window);
    }

    private String otherGroup(String meter, String group) {
        return otherGroups.computeIfAbsent(meter, slug -> GroupText.other(group));
    }

    /**
     * Releases the greatest windows until a quarter of the memory is free, so that not every
     * reading looks for one. If they are all released and it is still too much, the bound is lifted
     * a little until the next barrier, for the same reason: what is left is what a window takes at
     * least.
     */
    private void keepWithinBytes() throws Exception {
        if (bytes() <= toleratedBytes) {
            return;
        }
        List<OpenWindow> greatestFirst = new ArrayList<>(windows.values());
        greatestFirst.sort(Comparator.comparingLong(OpenWindow::bytes).reversed());
        for (OpenWindow window : greatestFirst) {
            if (bytes() <= mostBytes / 4 * 3) {
                break;
            }
            if (window.isReleasable()) {
                long before = window.bytes();
                window.release(output);
                bytesOfWindows += window.bytes() - before;
                releases++;
            }
        }
        toleratedBytes = Math.max(mostBytes, bytes() + mostBytes / 8);
    }

    @Override
    public void write() throws Exception {
        for (OpenWindow window : touched) {
            if (window.isSettled()) {
                continue;
            }
            long before = window.bytes();
            window.write(output);
            bytesOfWindows += window.bytes() - before;
        }
        touched.clear();
        // What lifted the bound may be gone.
        toleratedBytes = mostBytes;
    }

    @Override
    public void changeAll() throws Exception {
        for (OpenWindow window : windows.values()) {
            long before = window.bytes();
            window.changeAll(output);
            bytesOfWindows += window.bytes() - before;
            if (window.markTouched()) {
                touched.add(window);
            }
        }
    }

    @Override
    public void settleUntil(long endMillis) throws Exception {
        while (!byEnd.isEmpty() && byEnd.firstKey() <= endMillis) {
            for (OpenWindow window : byEnd.pollFirstEntry().getValue()) {
                TimeWindow time = window.window();
                bytesOfWindows -= window.bytes();
                windows.remove(new WindowKey(window.key(), time.getStart(), time.getEnd()));
                recent[recentSlot(window.key(), time.getStart(), time.getEnd())] = null;
                window.settle(output);
            }
        }
    }

    @Override
    public long bytes() {
        return bytesOfWindows + shared.texts().bytes();
    }

    @Override
    public int size() {
        return windows.size();
    }

    @Override
    public long releases() {
        return releases;
    }
}
