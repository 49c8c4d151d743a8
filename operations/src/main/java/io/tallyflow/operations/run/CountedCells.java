package io.tallyflow.operations.run;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The cells that one worker has counted, divided among those who write. Of the cells of a subject's
 * window all are in one division. For one thread.
 */
final class CountedCells {

    /** Entry, key, cell and partial, with two quantities. */
    private static final int BYTES_OF_CELL = 420;

    /** Entry and text of a value or of a name, without its characters. */
    private static final int BYTES_OF_TEXT = 104;

    /** Those that lie in a share have the low bits in common. */
    private static final int HIGH_BITS = 20;

    private final List<Map<UsageCell, CountedCell>> divisions = new ArrayList<>();
    private long bytes;

    /**
     * @param divisions how many
     */
    CountedCells(int divisions) {
        for (int i = 0; i < divisions; i++) {
            this.divisions.add(new HashMap<>());
        }
    }

    /** Decides in which share a subject's window is. */
    static int hash(String subject, long windowStartMillis) {
        int hash = 31 * subject.hashCode() + Long.hashCode(windowStartMillis);
        // As MurmurHash3 ends: names and hours differ in few bits.
        hash = (hash ^ hash >>> 16) * 0x85ebca6b;
        hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
        return hash ^ hash >>> 16;
    }

    private static int hash(UsageCell cell) {
        return hash(cell.subject(), cell.windowStartMillis());
    }

    /** Counts a reading. */
    void add(Reading reading, UsageEvent event, int hash) {
        UsageCell cell = reading.cell(event.subject());
        CountedCell counted = division(hash).get(cell);
        if (counted == null) {
            counted = new CountedCell();
            division(hash).put(cell, counted);
            bytes += bytes(cell);
        }
        counted.add(reading.partial(event));
        String value = reading.distinct();
        if (value != null && counted.addValue(value)) {
            bytes += bytes(value);
        }
    }

    private Map<UsageCell, CountedCell> division(int hash) {
        return divisions.get((hash >>> HIGH_BITS) % divisions.size());
    }

    private static long bytes(UsageCell cell) {
        return BYTES_OF_CELL + bytes(cell.subject()) + bytes(cell.group());
    }

    private static long bytes(String text) {
        return BYTES_OF_TEXT + 2L * text.length();
    }

    /** Of heap, about. */
    long bytes() {
        return bytes;
    }

    /** Forgets what is not of a share. */
    void keep(Share share) {
        bytes = 0;
        for (int i = 0; i < divisions.size(); i++) {
            Map<UsageCell, CountedCell> kept = new HashMap<>();
            divisions
                    .get(i)
                    .forEach(
                            (cell, counted) -> {
                                if (share.holds(hash(cell))) {
                                    kept.put(cell, counted);
                                    bytes += bytes(cell);
                                    for (String value : counted.values()) {
                                        bytes += bytes(value);
                                    }
                                }
                            });
            divisions.set(i, kept);
        }
    }

    /** One division of what several workers have counted, which they forget. */
    static Map<UsageCell, CountedCell> merged(List<CountedCells> all, int division) {
        Map<UsageCell, CountedCell> merged = all.get(0).take(division);
        for (CountedCells other : all.subList(1, all.size())) {
            other.take(division)
                    .forEach(
                            (cell, counted) ->
                                    merged.merge(
                                            cell,
                                            counted,
                                            (one, another) -> {
                                                one.add(another);
                                                return one;
                                            }));
        }
        return merged;
    }

    private Map<UsageCell, CountedCell> take(int division) {
        return divisions.set(division, new HashMap<>());
    }
}
