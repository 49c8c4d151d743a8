package io.tallyflow.operations.patch;

import io.tallyflow.operations.counting.CountedWindow;
import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.usage.Reading;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What one worker has counted again, by the days of subjects. For one thread. */
public final class Recounted implements Passes.Counted {

    /** Entries, keys and window. */
    private static final int BYTES_OF_WINDOW = 250;

    private final Map<SubjectWindow, Map<LayerWindow, CountedWindow>> units = new HashMap<>();
    private long bytes;

    /**
     * A window of a layer.
     *
     * @param startMillis inclusive, milliseconds since the epoch, UTC
     */
    public record LayerWindow(int layer, long startMillis) {}

    /** Counts a reading. */
    public void add(SubjectWindow unit, int layer, Reading reading, UsageEvent event) {
        Map<LayerWindow, CountedWindow> windows =
                units.computeIfAbsent(unit, key -> new HashMap<>());
        LayerWindow window = new LayerWindow(layer, reading.windowStartMillis());
        CountedWindow counted = windows.get(window);
        if (counted == null) {
            counted = new CountedWindow(reading.group());
            windows.put(window, counted);
            bytes += BYTES_OF_WINDOW + counted.bytes();
        }
        bytes += counted.count(reading, event);
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void keep(Share share) {
        bytes = 0;
        units.keySet().removeIf(unit -> !share.holds(unit.hashCode()));
        for (Map<LayerWindow, CountedWindow> windows : units.values()) {
            for (CountedWindow window : windows.values()) {
                bytes += BYTES_OF_WINDOW + window.bytes();
            }
        }
    }

    /** What several workers have counted; only the first of them is as it was afterwards. */
    public static Recounted merged(List<Recounted> all) {
        Recounted merged = all.get(0);
        for (Recounted other : all.subList(1, all.size())) {
            other.units.forEach(
                    (unit, windows) -> {
                        Map<LayerWindow, CountedWindow> known =
                                merged.units.computeIfAbsent(unit, key -> new HashMap<>());
                        windows.forEach(
                                (window, counted) -> {
                                    CountedWindow before = known.putIfAbsent(window, counted);
                                    if (before != null) {
                                        before.add(counted);
                                    }
                                });
                    });
        }
        return merged;
    }

    /** Of which something was counted. */
    public Set<SubjectWindow> units() {
        return Collections.unmodifiableSet(units.keySet());
    }

    /** What is left of the windows of a unit; those of which nothing is are missing. */
    public Map<LayerWindow, CountedWindow> of(SubjectWindow unit) {
        return units.getOrDefault(unit, Map.of());
    }
}
