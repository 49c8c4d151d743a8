package io.tallyflow.benchmarks.measure;

import io.tallyflow.benchmarks.workload.Answer;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/**
 * What a program said and took, as it hands it to the process that started it.
 *
 * @param answer in what it calls its result
 * @param lake what the Iceberg tables answer; says nothing for programs without
 * @param all from the first record to the last result
 * @param afterMark the part of it after the mark
 * @param peakBytes the most memory that was resident
 * @param heapBytes the heap after a collection at the end
 * @param stateBytes state, as the last checkpoint holds it, or on disk
 * @param checkpoints how long they took
 * @param figures whatever else was measured, by name
 */
public record RunResult(
        Answer answer,
        Answer lake,
        Span all,
        Span afterMark,
        long peakBytes,
        long heapBytes,
        long stateBytes,
        CheckpointTimes checkpoints,
        Map<String, Long> figures) {

    private static final String LAKE = "lake.";
    private static final String FIGURE = "figure.";

    /** All of it as text. */
    public Properties properties() {
        Properties properties = new Properties();
        answer.put(properties);
        Properties ofLake = new Properties();
        lake.put(ofLake);
        ofLake.forEach((key, value) -> properties.setProperty(LAKE + key, (String) value));
        put(properties, "all", all);
        put(properties, "afterMark", afterMark);
        put(properties, "peakBytes", peakBytes);
        put(properties, "heapBytes", heapBytes);
        put(properties, "stateBytes", stateBytes);
        put(properties, "checkpoints.count", checkpoints.count());
        put(properties, "checkpoints.median", checkpoints.medianMillis());
        put(properties, "checkpoints.p99", checkpoints.p99Millis());
        figures.forEach((name, value) -> put(properties, FIGURE + name, value));
        return properties;
    }

    /** Reads what {@link #properties} wrote. */
    public static RunResult from(Properties properties) {
        Properties ofLake = new Properties();
        properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith(LAKE))
                .forEach(
                        name ->
                                ofLake.setProperty(
                                        name.substring(LAKE.length()),
                                        properties.getProperty(name)));
        return new RunResult(
                Answer.from(properties),
                Answer.from(ofLake),
                span(properties, "all"),
                span(properties, "afterMark"),
                number(properties, "peakBytes"),
                number(properties, "heapBytes"),
                number(properties, "stateBytes"),
                new CheckpointTimes(
                        number(properties, "checkpoints.count"),
                        number(properties, "checkpoints.median"),
                        number(properties, "checkpoints.p99")),
                figures(properties));
    }

    private static Map<String, Long> figures(Properties properties) {
        return properties.stringPropertyNames().stream()
                .filter(name -> name.startsWith(FIGURE))
                .collect(
                        Collectors.toMap(
                                name -> name.substring(FIGURE.length()),
                                name -> number(properties, name)));
    }

    private static void put(Properties properties, String name, long value) {
        properties.setProperty(name, Long.toString(value));
    }

    private static void put(Properties properties, String name, Span span) {
        put(properties, name + ".nanos", span.nanos());
        put(properties, name + ".cpuNanos", span.cpuNanos());
    }

    private static Span span(Properties properties, String name) {
        return new Span(
                number(properties, name + ".nanos"), number(properties, name + ".cpuNanos"));
    }

    private static long number(Properties properties, String name) {
        return Long.parseLong(properties.getProperty(name, "0"));
    }
}
