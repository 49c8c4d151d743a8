package io.tallyflow.benchmarks.workload;

import java.util.EnumMap;
import java.util.Map;

/** Every cell of one minute, as plain arrays. */
final class TruthWindow {

    private static final int REGIONS = WorkloadWords.REGIONS.size();
    private static final int GROUPS = WorkloadWords.MODELS.size() * REGIONS;

    private final long startMillis;
    private final int[] requests = new int[WorkloadWords.SUBJECTS * GROUPS];
    private final long[] tokens = new long[WorkloadWords.SUBJECTS * GROUPS];
    private final int[] longest = new int[WorkloadWords.SUBJECTS];

    TruthWindow(long startMillis) {
        this.startMillis = startMillis;
    }

    void add(Draw draw) {
        int cell = draw.subject * GROUPS + draw.model * REGIONS + draw.region;
        requests[cell]++;
        tokens[cell] += draw.tokens;
        longest[draw.subject] = Math.max(longest[draw.subject], draw.durationMillis);
    }

    Map<BenchmarkMeter, CellSum> sums() {
        Map<BenchmarkMeter, CellSum> sums = new EnumMap<>(BenchmarkMeter.class);
        for (int subject = 0; subject < longest.length; subject++) {
            if (longest[subject] > 0) {
                addSubject(subject, sums);
            }
        }
        return sums;
    }

    private void addSubject(int subject, Map<BenchmarkMeter, CellSum> sums) {
        long hash = Bits.hash(WorkloadWords.subject(subject));
        add(sums, BenchmarkMeter.DURATION_MAX, hash, 0, longest[subject]);
        for (int group = 0; group < GROUPS; group++) {
            int cell = subject * GROUPS + group;
            if (requests[cell] > 0) {
                add(sums, BenchmarkMeter.REQUESTS, hash, group(group), requests[cell]);
                add(sums, BenchmarkMeter.TOKENS, hash, group(group), tokens[cell]);
            }
        }
    }

    private void add(
            Map<BenchmarkMeter, CellSum> sums,
            BenchmarkMeter meter,
            long subject,
            long group,
            long value) {
        CellSum before = sums.getOrDefault(meter, CellSum.NONE);
        sums.put(meter, before.plus(CellSum.cell(subject, group, startMillis), value));
    }

    private static long group(int number) {
        return CellSum.group(
                WorkloadWords.MODELS.get(number / REGIONS),
                WorkloadWords.REGIONS.get(number % REGIONS));
    }
}
