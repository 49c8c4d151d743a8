package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.state.UsagePartials;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.jspecify.annotations.Nullable;

/**
 * All windows of a subtask that have not settled. Readings are added up in memory; state hears of
 * them ahead of each barrier. When memory holds more than it may, the greatest windows are released
 * into state, where their cells are looked up one by one.
 */
final class OpenWindows {

    private final WindowState state;
    private final WindowOutput output;
    private final long mostBytes;
    private final int mostGroups;
    private final Map<Place, OpenWindow> windows = new HashMap<>();
    private final TreeMap<Long, List<OpenWindow>> byEnd = new TreeMap<>();
    private final Set<OpenWindow> touched = new LinkedHashSet<>();
    private final Map<String, String> otherGroups = new HashMap<>();
    private @Nullable OpenWindow last;
    private long bytes;
    private long releases;

    private record Place(int key, long startMillis, long endMillis) {}

    /**
     * @param mostBytes of heap, about
     * @param mostGroups of one meter and subject in one window; readings of further ones count in
     *     {@link GroupText#other}
     */
    OpenWindows(WindowState state, WindowOutput output, long mostBytes, int mostGroups) {
        this.state = state;
        this.output = output;
        this.mostBytes = mostBytes;
        this.mostGroups = mostGroups;
    }

    /** Takes up the windows that a checkpoint holds for a key. */
    void restore(int key) throws Exception {
        for (Map.Entry<TimeWindow, Boolean> kept : state.windows(key).entrySet()) {
            OpenWindow window = OpenWindow.restored(key, kept.getKey(), state, kept.getValue());
            put(new Place(key, kept.getKey().getStart(), kept.getKey().getEnd()), window);
            bytes += window.bytes();
            keepWithinBytes();
        }
    }

    /**
     * Adds a reading to its cell.
     *
     * @return whether it counts; if not, the sum of its cell would get out of range
     */
    Added add(int key, UsageEvent event, Reading reading) throws Exception {
        OpenWindow window = windowFor(key, reading);
        long before = window.bytes();
        UsageCell name = reading.cell(event.subject());
        Cell cell = window.find(name);
        boolean other = false;
        if (cell == null && isOverLimit(window, name)) {
            other = true;
            name = other(name);
            cell = window.find(name);
        }
        UsagePartial after =
                UsagePartials.add(
                        cell == null ? UsagePartials.NONE : cell.partial(), reading, event);
        if (after == null) {
            return Added.OUT_OF_RANGE;
        }
        window.change(cell == null ? window.add(name) : cell, after);
        String text = reading.distinct();
        if (text != null) {
            see(window, new DistinctValue(name, text));
        }
        touched.add(window);
        bytes += window.bytes() - before;
        keepWithinBytes();
        return other ? Added.TO_OTHER_GROUP : Added.TO_OWN_GROUP;
    }

    /** What became of a reading. */
    enum Added {
        TO_OWN_GROUP,
        TO_OTHER_GROUP,
        OUT_OF_RANGE
    }

    private void see(OpenWindow window, DistinctValue value) throws Exception {
        if (window.isNew(value)) {
            output.value(value);
        }
    }

    /** Readings come in runs of one window. */
    private OpenWindow windowFor(int key, Reading reading) {
        if (last != null
                && last.key() == key
                && last.window().getStart() == reading.windowStartMillis()
                && last.window().getEnd() == reading.windowEndMillis()) {
            return last;
        }
        Place place = new Place(key, reading.windowStartMillis(), reading.windowEndMillis());
        OpenWindow window = windows.get(place);
        if (window == null) {
            window =
                    new OpenWindow(
                            key, new TimeWindow(place.startMillis(), place.endMillis()), state);
            put(place, window);
            bytes += window.bytes();
        }
        last = window;
        return window;
    }

    private void put(Place place, OpenWindow window) {
        windows.put(place, window);
        byEnd.computeIfAbsent(place.endMillis(), end -> new ArrayList<>()).add(window);
    }

    private boolean isOverLimit(OpenWindow window, UsageCell name) {
        return !name.group().equals(GroupText.NONE) && window.groups(name) >= mostGroups;
    }

    private UsageCell other(UsageCell name) {
        String group =
                otherGroups.computeIfAbsent(name.meter(), meter -> GroupText.other(name.group()));
        return new UsageCell(
                name.meter(),
                name.subject(),
                group,
                name.windowStartMillis(),
                name.windowEndMillis());
    }

    private void keepWithinBytes() throws Exception {
        while (bytes > mostBytes) {
            OpenWindow greatest = greatest();
            if (greatest == null) {
                return;
            }
            long before = greatest.bytes();
            greatest.release(output);
            bytes += greatest.bytes() - before;
            releases++;
        }
    }

    private @Nullable OpenWindow greatest() {
        OpenWindow greatest = null;
        for (OpenWindow window : windows.values()) {
            if (window.isReleasable() && (greatest == null || window.bytes() > greatest.bytes())) {
                greatest = window;
            }
        }
        return greatest;
    }

    /** Sends what changed since the last call, and brings it into state. */
    void write() throws Exception {
        for (OpenWindow window : touched) {
            long before = window.bytes();
            window.write(output);
            bytes += window.bytes() - before;
        }
        touched.clear();
    }

    /** Marks all cells of all windows to be sent ahead of the next barrier. */
    void changeAll() throws Exception {
        for (OpenWindow window : windows.values()) {
            window.changeAll(output);
            touched.add(window);
        }
    }

    /** Says the last word of all windows that end at or before a moment, and forgets them. */
    void settleUntil(long endMillis) throws Exception {
        while (!byEnd.isEmpty() && byEnd.firstKey() <= endMillis) {
            for (OpenWindow window : byEnd.pollFirstEntry().getValue()) {
                TimeWindow time = window.window();
                bytes -= window.bytes();
                windows.remove(new Place(window.key(), time.getStart(), time.getEnd()));
                touched.remove(window);
                window.settle(output);
            }
            last = null;
        }
    }

    /** Bytes of heap, about. */
    long bytes() {
        return bytes;
    }

    /** How many windows are open. */
    int size() {
        return windows.size();
    }

    /** How often memory was short, so that a window went into state. */
    long releases() {
        return releases;
    }
}
