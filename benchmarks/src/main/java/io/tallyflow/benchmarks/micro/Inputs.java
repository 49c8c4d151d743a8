package io.tallyflow.benchmarks.micro;

import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.benchmarks.workload.SampleEvents;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import io.tallyflow.functions.parse.UsageEventParser;
import io.tallyflow.functions.paths.MeterPaths;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** What hot code is fed with: many different events, so that no cache holds them all. */
final class Inputs {

    /** A power of two. */
    static final int EVENTS = 1 << 15;

    private Inputs() {}

    /** Events as they stand in Kafka. */
    static byte[][] json() {
        return SampleEvents.json(EVENTS).toArray(byte[][]::new);
    }

    /** The same as records. */
    static ConsumedRecord[] records() {
        return structured(json());
    }

    /** The same with a model whose name has an escape, as many producers write other letters. */
    static ConsumedRecord[] escapedRecords() {
        return structured(Arrays.stream(json()).map(Inputs::escaped).toArray(byte[][]::new));
    }

    private static byte[] escaped(byte[] json) {
        String text = new String(json, StandardCharsets.UTF_8);
        return text.replace("\"model\":\"", "\"model\":\"\\u00e9-")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static ConsumedRecord[] structured(byte[][] json) {
        ConsumedRecord[] records = new ConsumedRecord[json.length];
        for (int i = 0; i < json.length; i++) {
            records[i] = record(i, json[i], List.of());
        }
        return records;
    }

    /** The same in binary mode. */
    static ConsumedRecord[] binaryRecords() {
        UsageEvent[] events = events();
        ConsumedRecord[] records = new ConsumedRecord[events.length];
        for (int i = 0; i < events.length; i++) {
            UsageEvent event = events[i];
            Instant time = Instant.EPOCH.plus(event.timeMicros(), ChronoUnit.MICROS);
            List<RecordHeader> headers =
                    List.of(
                            header("ce_specversion", "1.0"),
                            header("ce_id", event.id()),
                            header("ce_source", event.source()),
                            header("ce_type", event.type()),
                            header("ce_subject", event.subject()),
                            header("ce_time", time.toString()),
                            header("content-type", "application/json"));
            records[i] = record(i, Objects.requireNonNull(event.data()), headers);
        }
        return records;
    }

    private static RecordHeader header(String name, String value) {
        return new RecordHeader(name, value.getBytes(StandardCharsets.UTF_8));
    }

    private static ConsumedRecord record(int i, byte[] value, List<RecordHeader> headers) {
        return new ConsumedRecord(
                "usage.events", i % 4, i, WorkloadSettings.START_MILLIS + i / 10, value, headers);
    }

    /** The same as Tallyflow's parser reads them. */
    static ParsedRecord[] parsed() {
        UsageEventParser parser = new UsageEventParser(new MeterPaths(meters()));
        return Arrays.stream(records()).map(parser::parse).toArray(ParsedRecord[]::new);
    }

    /** The events of these. */
    static UsageEvent[] events() {
        return Arrays.stream(parsed())
                .map(parsed -> Objects.requireNonNull(parsed.event()))
                .toArray(UsageEvent[]::new);
    }

    /** The three meters of the workload. */
    static List<Meter> meters() {
        try {
            Path file = Files.createTempFile("meters", ".yaml");
            try {
                Files.writeString(file, BenchmarkMeter.definitions(3));
                return MeterFile.read(file);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
