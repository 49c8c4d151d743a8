package io.tallyflow.operations.run;

import io.tallyflow.operations.counting.CountedWindow;
import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.usage.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What one worker has counted, divided among those who write. A window of a subject is in one
 * division with all its groups. For one thread.
 */
final class CountedCells implements Passes.Counted {

    /** Entry, key and window. */
    private static final int BYTES_OF_WINDOW = 150;

    /** Windows of one share have the low bits of the hash in common. */
    private static final int HIGH_BITS = 20;

    private final List<Map<SubjectWindow, CountedWindow>> divisions = new ArrayList<>();
    private long bytes;

    /**
     * @param divisions how many
     */
    CountedCells(int divisions) {
        for (int i = 0; i < divisions; i++) {
            this.divisions.add(new HashMap<>());
        }
    }

    /** Counts a reading. */
    void add(SubjectWindow window, Reading reading, UsageEvent event) {
        Map<SubjectWindow, CountedWindow> division =
                divisions.get((window.hashCode() >>> HIGH_BITS) % divisions.size());
        CountedWindow counted = division.get(window);
        if (counted == null) {
            counted = new CountedWindow(reading.group());
            division.put(window, counted);
            bytes += bytes(window, counted);
        }
        bytes += counted.count(reading, event);
    }

    private static long bytes(SubjectWindow window, CountedWindow counted) {
        return BYTES_OF_WINDOW + CountedWindow.bytes(window.subject()) + counted.bytes();
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public void keep(Share share) {
        bytes = 0;
        for (int i = 0; i < divisions.size(); i++) {
            Map<SubjectWindow, CountedWindow> kept = new HashMap<>();
            divisions
                    .get(i)
                    .forEach(
                            (window, counted) -> {
                                if (share.holds(window.hashCode())) {
                                    kept.put(window, counted);
                                    bytes += bytes(window, counted);
                                }
                            });
            divisions.set(i, kept);
        }
    }

    int divisions() {
        return divisions.size();
    }

    /** One division of what several workers have counted, which they forget. */
    static Map<SubjectWindow, CountedWindow> merged(List<CountedCells> all, int division) {
        Map<SubjectWindow, CountedWindow> merged = all.get(0).take(division);
        for (CountedCells other : all.subList(1, all.size())) {
            other.take(division)
                    .forEach(
                            (window, counted) -> {
                                CountedWindow known = merged.putIfAbsent(window, counted);
                                if (known != null) {
                                    known.add(counted);
                                }
                            });
        }
        return merged;
    }

    private Map<SubjectWindow, CountedWindow> take(int division) {
        return divisions.set(division, new HashMap<>());
    }
}
