package io.tallyflow.benchmarks.workload;

import java.util.EnumMap;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;

/** What the workload comes to, meter by meter. */
public record Answer(Map<BenchmarkMeter, CellSum> meters) {

    public Answer {
        meters = new EnumMap<>(meters);
    }

    /** An answer that says nothing. */
    public static Answer none() {
        return new Answer(new EnumMap<>(BenchmarkMeter.class));
    }

    /** What another answer says differently of the meters that it speaks of; empty if nothing. */
    public String differences(Answer other) {
        StringJoiner differences = new StringJoiner("; ");
        other.meters.forEach(
                (meter, sum) -> {
                    CellSum expected = meters.getOrDefault(meter, CellSum.NONE);
                    if (!sum.equals(expected)) {
                        differences.add(meter.slug() + ": " + sum + ", truth " + expected);
                    }
                });
        return differences.toString();
    }

    /** Writes the answer among other properties. */
    public void put(Properties properties) {
        meters.forEach(
                (meter, sum) ->
                        properties.setProperty(
                                key(meter), sum.cells() + " " + sum.total() + " " + sum.hash()));
    }

    /** Reads what {@link #put} wrote. */
    public static Answer from(Properties properties) {
        Map<BenchmarkMeter, CellSum> meters = new EnumMap<>(BenchmarkMeter.class);
        for (BenchmarkMeter meter : BenchmarkMeter.values()) {
            String text = properties.getProperty(key(meter));
            if (text != null) {
                String[] parts = text.split(" ");
                meters.put(
                        meter,
                        new CellSum(
                                Long.parseLong(parts[0]),
                                Long.parseLong(parts[1]),
                                Long.parseLong(parts[2])));
            }
        }
        return new Answer(meters);
    }

    private static String key(BenchmarkMeter meter) {
        return "answer." + meter.slug();
    }
}
