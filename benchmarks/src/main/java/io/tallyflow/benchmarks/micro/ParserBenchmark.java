package io.tallyflow.benchmarks.micro;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.cloudevents.CloudEvent;
import io.cloudevents.CloudEventData;
import io.cloudevents.jackson.JsonFormat;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.functions.parse.UsageEventParser;
import io.tallyflow.functions.paths.MeterPaths;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import java.io.IOException;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * One event from its bytes to identity, time and three values: Tallyflow's parser with all its
 * validation, and the meters' paths; against a Jackson tree with {@link Instant#parse}, and the
 * CloudEvents SDK, which both validate far less.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ParserBenchmark {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final byte[][] json = Inputs.json();
    private final ConsumedRecord[] records = Inputs.records();
    private final ConsumedRecord[] escaped = Inputs.escapedRecords();
    private final ConsumedRecord[] binary = Inputs.binaryRecords();
    private final UsageEventParser parser = new UsageEventParser(new MeterPaths(Inputs.meters()));
    private final MeterReader meters = MeterReader.ofFirsts(Inputs.meters());
    private final JsonFormat cloudEvents = new JsonFormat();
    private int next;

    private int next() {
        next = (next + 1) & (Inputs.EVENTS - 1);
        return next;
    }

    /** The parser alone. */
    @Benchmark
    public Object tallyflowParser() {
        return parser.parse(records[next()]);
    }

    /** The parser, and what three meters read from the event. */
    @Benchmark
    public Object tallyflowParserAndMeters() {
        return parsedAndMetered(records);
    }

    /** The same where a string in data has an escape. */
    @Benchmark
    public Object tallyflowParserAndMetersOfEscapes() {
        return parsedAndMetered(escaped);
    }

    /** The same in binary mode. */
    @Benchmark
    public Object tallyflowParserAndMetersOfBinaryMode() {
        return parsedAndMetered(binary);
    }

    private Object parsedAndMetered(ConsumedRecord[] from) {
        ParsedRecord parsed = parser.parse(from[next()]);
        return meters.read(Objects.requireNonNull(parsed.event()), parsed.places());
    }

    /** What most programs do. */
    @Benchmark
    public void jacksonTreeAndInstantParse(Blackhole hole) throws IOException {
        JsonNode event = JSON.readTree(json[next()]);
        hole.consume(event.path("source").asText());
        hole.consume(event.path("id").asText());
        hole.consume(event.path("subject").asText());
        hole.consume(event.path("type").asText());
        hole.consume(Instant.parse(event.path("time").asText()).toEpochMilli());
        data(event.path("data"), hole);
    }

    /** What the CloudEvents SDK offers. */
    @Benchmark
    public void cloudEventsSdk(Blackhole hole) throws IOException {
        CloudEvent event = cloudEvents.deserialize(json[next()]);
        hole.consume(event.getSource());
        hole.consume(event.getId());
        hole.consume(event.getSubject());
        hole.consume(event.getType());
        hole.consume(Objects.requireNonNull(event.getTime()).toInstant().toEpochMilli());
        CloudEventData data = Objects.requireNonNull(event.getData());
        data(JSON.readTree(data.toBytes()), hole);
    }

    private static void data(JsonNode data, Blackhole hole) {
        hole.consume(data.path("tokens").decimalValue());
        hole.consume(data.path("duration_ms").decimalValue());
        hole.consume(data.path("model").asText());
        hole.consume(data.path("region").asText());
    }
}
