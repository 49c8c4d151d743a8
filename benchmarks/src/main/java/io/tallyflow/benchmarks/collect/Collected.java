package io.tallyflow.benchmarks.collect;

import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.benchmarks.workload.CellSum;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The last results of one writer. All writers of this process together are the answer: sinks are
 * copied to where they run, so that they cannot be asked.
 */
public final class Collected {

    private static final Queue<Collected> ALL = new ConcurrentLinkedQueue<>();

    private final Map<BenchmarkMeter, CollectedCells> tables = new EnumMap<>(BenchmarkMeter.class);
    private final Map<String, Map<String, Long>> groups = new HashMap<>();

    private Collected() {
        for (BenchmarkMeter meter : BenchmarkMeter.values()) {
            tables.put(meter, new CollectedCells());
        }
    }

    /** A new one, for one thread. */
    public static Collected open() {
        Collected opened = new Collected();
        ALL.add(opened);
        return opened;
    }

    /** Forgets all of them: what another job says stands in the place of what this one said. */
    public static void clear() {
        ALL.clear();
    }

    /** Both results of a group. */
    public void put(
            String subject,
            String model,
            String region,
            long windowStartMillis,
            long requests,
            long tokens) {
        long cell = CellSum.cell(subject, group(model, region), windowStartMillis);
        put(BenchmarkMeter.REQUESTS, cell, requests);
        put(BenchmarkMeter.TOKENS, cell, tokens);
    }

    /** One result. */
    public void put(BenchmarkMeter meter, long cell, long value) {
        Objects.requireNonNull(tables.get(meter)).put(cell, value);
    }

    /** There are few: each is hashed once. */
    private long group(String model, String region) {
        return groups.computeIfAbsent(model, unknown -> new HashMap<>())
                .computeIfAbsent(region, unknown -> CellSum.group(model, region));
    }

    /** What all writers have; of a cell that several have parts of, what the parts come to. */
    public static Answer answer() {
        Map<BenchmarkMeter, CellSum> sums = new EnumMap<>(BenchmarkMeter.class);
        for (BenchmarkMeter meter : BenchmarkMeter.values()) {
            CollectedCells all = new CollectedCells();
            for (Collected writer : ALL) {
                Objects.requireNonNull(writer.tables.get(meter)).mergeInto(all, meter::both);
            }
            CellSum sum = all.sum();
            if (sum.cells() > 0) {
                sums.put(meter, sum);
            }
        }
        return new Answer(sums);
    }
}
