package io.tallyflow.local.truth;

import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What lanes and totals must be once the records below some offsets have been read, and no others.
 * Moves forward only, and costs what it moves over; for offsets that went back take a new one. Not
 * for several threads.
 */
public final class Truth {

    private final UsageGenerator generator;
    private final List<DemoMeter> meters;
    private final List<Queue<ExpectedOutcome>> waiting = new ArrayList<>();
    private final long[] offsets;
    private final EnumMap<Lane, Long> lanes = new EnumMap<>(Lane.class);
    private final Map<String, Long> reasons = new TreeMap<>();
    private final Map<TruthCell, CellTally> tallies = new HashMap<>();
    private long readings;
    private long ignored;

    /**
     * Stands at the beginning.
     *
     * @param settings of the run; its first record of each partition has offset 0
     */
    public Truth(GeneratorSettings settings) {
        this(settings, DemoMeters.names());
    }

    /**
     * Stands at the beginning of a run that only some meters are defined for.
     *
     * @param defined slugs, at least one for each event type that any demo meter matches: else the
     *     events of that type would be in another lane
     */
    public Truth(GeneratorSettings settings, List<String> defined) {
        this.meters =
                DemoMeters.all().stream().filter(meter -> defined.contains(meter.slug())).toList();
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
    public Set<TruthCell> advanceTo(Map<Integer, Long> next) {
        Set<TruthCell> changed = new HashSet<>();
        next.forEach((partition, offset) -> advance(partition, offset, changed));
        return changed;
    }

    /** Goes on to the end of the run. */
    public void advanceToEnd() {
        for (int partition = 0; partition < offsets.length; partition++) {
            while (!waiting.get(partition).isEmpty()) {
                count(partition, waiting.get(partition).remove(), null);
            }
        }
        while (generator.hasNext()) {
            GeneratedRecord record = generator.next();
            count(record.partition(), record.outcome(), null);
        }
    }

    /** The meters that are defined, in the order of the file. */
    List<DemoMeter> meters() {
        return meters;
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
        return LaneCounts.of(this::count);
    }

    private long count(Count count) {
        return switch (count) {
            case CONSUMED -> lanes.values().stream().mapToLong(Long::longValue).sum();
            case READINGS -> readings;
            case IGNORED -> ignored;
            default -> count.lane() == null ? 0 : lane(count.lane());
        };
    }

    /** How often each reason occurred; keys are {@code rejected.CODE} and {@code ignored.CODE}. */
    public Map<String, Long> reasons() {
        return Collections.unmodifiableMap(reasons);
    }

    /** Every cell that counted something; grows as this moves on. */
    public Set<TruthCell> cells() {
        return Collections.unmodifiableSet(tallies.keySet());
    }

    /** What a cell holds; {@link Total#NONE} if nothing counted there. */
    public Total total(TruthCell cell) {
        CellTally tally = tallies.get(cell);
        return tally == null ? Total.NONE : tally.total();
    }

    /** What each meter makes of everything together, in the order of the file. */
    public Map<String, BigDecimal> totals() {
        Map<String, CellTally> together = new LinkedHashMap<>();
        meters.forEach(meter -> together.put(meter.slug(), new CellTally(meter.aggregation())));
        tallies.forEach(
                (cell, tally) ->
                        together.computeIfPresent(
                                cell.meter(),
                                (meter, sum) -> {
                                    sum.merge(tally);
                                    return sum;
                                }));
        Map<String, BigDecimal> totals = new LinkedHashMap<>();
        together.forEach((meter, tally) -> put(totals, meter, tally.total().value()));
        return totals;
    }

    private static void put(
            Map<String, BigDecimal> totals, String meter, @Nullable BigDecimal value) {
        if (value != null) {
            totals.put(meter, value);
        }
    }

    private void advance(int partition, long next, Set<TruthCell> changed) {
        if (partition < 0 || partition >= offsets.length || next < offsets[partition]) {
            throw new IllegalArgumentException(
                    "partition " + partition + " cannot go to " + next + " from " + offsets());
        }
        while (offsets[partition] < next) {
            count(partition, take(partition, next), changed);
        }
    }

    private ExpectedOutcome take(int partition, long next) {
        Queue<ExpectedOutcome> queue = waiting.get(partition);
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
            GeneratedRecord record = generator.next();
            waiting.get(record.partition()).add(record.outcome());
        }
        return queue.remove();
    }

    private void count(int partition, ExpectedOutcome outcome, @Nullable Set<TruthCell> changed) {
        offsets[partition]++;
        lanes.merge(outcome.lane(), 1L, Long::sum);
        if (outcome.rejection() != null) {
            reasons.merge("rejected." + outcome.rejection(), 1L, Long::sum);
        }
        if (outcome.usage() != null) {
            meter(outcome.usage(), changed);
        }
    }

    private void meter(Usage usage, @Nullable Set<TruthCell> changed) {
        for (DemoMeter meter : meters) {
            if (meter.eventType().equals(usage.type())) {
                read(meter, usage, changed);
            }
        }
    }

    private void read(DemoMeter meter, Usage usage, @Nullable Set<TruthCell> changed) {
        TruthCell cell = meter.cell(usage);
        CellTally tally =
                tallies.computeIfAbsent(cell, fresh -> new CellTally(meter.aggregation()));
        String reason = tally.add(usage);
        if (reason != null) {
            ignored++;
            reasons.merge("ignored." + reason, 1L, Long::sum);
            if (tally.isEmpty()) {
                tallies.remove(cell);
            }
            return;
        }
        readings++;
        if (changed != null) {
            changed.add(cell);
        }
    }

    private long lane(Lane lane) {
        return lanes.getOrDefault(lane, 0L);
    }
}
