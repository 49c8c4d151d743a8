package io.tallyflow.cli.demo;

import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.progress.LaneCounts;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;

/**
 * What lanes and totals must be once the records below some offsets have been read, and no others.
 * Moves forward only, and costs what it moves over; for offsets that went back take a new one. Not
 * for several threads.
 */
public final class Truth {

    private final UsageGenerator generator;
    private final List<Queue<Outcome>> waiting = new ArrayList<>();
    private final long[] offsets;
    private final EnumMap<Lane, Long> lanes = new EnumMap<>(Lane.class);
    private final Map<String, Long> rejections = new TreeMap<>();
    private final Map<Cell, Total> totals = new HashMap<>();
    private long readings;
    private long ignored;

    /**
     * Stands at the beginning.
     *
     * @param settings of the run; its first record of each partition has offset 0
     */
    public Truth(GeneratorSettings settings) {
        this.generator = new UsageGenerator(settings);
        this.offsets = new long[settings.partitions()];
        for (int partition = 0; partition < settings.partitions(); partition++) {
            waiting.add(new ArrayDeque<>());
        }
    }

    /**
     * Goes on to the given offsets.
     *
     * @param next offset of the first record that was not read, by partition; partitions that are
     *     not named stay where they are
     * @return the cells that changed
     * @throws IllegalArgumentException if an offset lies behind the last one, or beyond the run
     */
    public Set<Cell> advanceTo(Map<Integer, Long> next) {
        Set<Cell> changed = new HashSet<>();
        next.forEach((partition, offset) -> advance(partition, offset, changed));
        return changed;
    }

    /** Goes on to the end of the run. */
    public void advanceToEnd() {
        while (generator.hasNext()) {
            pull();
        }
        for (int partition = 0; partition < offsets.length; partition++) {
            advance(partition, offsets[partition] + waiting.get(partition).size(), new HashSet<>());
        }
    }

    /** Where it stands: the next offset of every partition. */
    public Map<Integer, Long> offsets() {
        Map<Integer, Long> all = new TreeMap<>();
        for (int partition = 0; partition < offsets.length; partition++) {
            all.put(partition, offsets[partition]);
        }
        return all;
    }

    /**
     * Lanes and readings. How many of the readings are adjustments depends on how partitions
     * interleave; {@code adjusted} is 0 here and means nothing.
     */
    public LaneCounts counts() {
        return new LaneCounts(
                lanes.values().stream().mapToLong(Long::longValue).sum(),
                lane(Lane.METERED),
                lane(Lane.UNMATCHED),
                lane(Lane.DUPLICATE),
                lane(Lane.CONFLICT),
                lane(Lane.STALE),
                lane(Lane.REJECTED),
                readings,
                0,
                ignored);
    }

    /** How many records were rejected, by reason code. */
    public Map<String, Long> rejections() {
        return Collections.unmodifiableMap(rejections);
    }

    /** Every cell that counted something; grows as this moves on. */
    public Map<Cell, Total> totals() {
        return Collections.unmodifiableMap(totals);
    }

    /** The total of a cell; {@link Total#NONE} if nothing counted there. */
    public Total total(Cell cell) {
        return totals.getOrDefault(cell, Total.NONE);
    }

    private void advance(int partition, long next, Set<Cell> changed) {
        if (partition < 0 || partition >= offsets.length || next < offsets[partition]) {
            throw new IllegalArgumentException(
                    "partition " + partition + " cannot go to " + next + " from " + offsets());
        }
        while (offsets[partition] < next) {
            count(take(partition, next), changed);
            offsets[partition]++;
        }
    }

    private Outcome take(int partition, long next) {
        Queue<Outcome> queue = waiting.get(partition);
        while (queue.isEmpty()) {
            if (!generator.hasNext()) {
                throw new IllegalArgumentException(
                        "partition "
                                + partition
                                + " ends at "
                                + offsets[partition]
                                + ", before "
                                + next);
            }
            pull();
        }
        return queue.remove();
    }

    private void pull() {
        GeneratedRecord record = generator.next();
        waiting.get(record.partition()).add(record.outcome());
    }

    private void count(Outcome outcome, Set<Cell> changed) {
        lanes.merge(outcome.lane(), 1L, Long::sum);
        if (outcome.rejection() != null) {
            rejections.merge(outcome.rejection(), 1L, Long::sum);
        }
        readings += outcome.readings().size();
        ignored += outcome.ignored();
        for (Reading reading : outcome.readings()) {
            totals.put(reading.cell(), total(reading.cell()).plus(reading.amount()));
            changed.add(reading.cell());
        }
    }

    private long lane(Lane lane) {
        return lanes.getOrDefault(lane, 0L);
    }
}
