package io.tallyflow.benchmarks.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The meters that the product counts with, in the order in which a run takes them. */
public enum BenchmarkMeter {
    REQUESTS(
            """
              - slug: requests
                eventType: request
                aggregation: COUNT
                groupBy: {model: $.model, region: $.region}
            """),
    TOKENS(
            """
              - slug: tokens
                eventType: request
                aggregation: SUM
                valueProperty: $.tokens
                groupBy: {model: $.model, region: $.region}
            """),
    DURATION_MAX(
            """
              - slug: duration_max
                eventType: request
                aggregation: MAX
                valueProperty: $.duration_ms
            """);

    private final String definition;

    BenchmarkMeter(String definition) {
        this.definition = definition;
    }

    /** As the definitions name it. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether it tells models and regions apart. */
    public boolean isGrouped() {
        return this != DURATION_MAX;
    }

    /** What two parts of a cell come to. */
    public long both(long left, long right) {
        return this == DURATION_MAX ? Math.max(left, right) : left + right;
    }

    /** A file of definitions with the first so many meters. */
    public static String definitions(int meters) {
        return Arrays.stream(values())
                .limit(meters)
                .map(meter -> meter.definition)
                .collect(Collectors.joining("", "meters:\n", ""));
    }
}
