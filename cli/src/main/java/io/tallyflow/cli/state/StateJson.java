package io.tallyflow.cli.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tallyflow.connectors.iceberg.commit.StoredLake;
import io.tallyflow.connectors.kafka.source.StoredOffset;
import io.tallyflow.operations.state.StateReport;
import io.tallyflow.operations.state.StateReport.Band;
import io.tallyflow.operations.state.StateReport.Identities;
import io.tallyflow.operations.state.StateReport.Meter;
import io.tallyflow.operations.state.StateReport.Operator;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A report as one JSON object. Values are JSON numbers with all their digits. */
final class StateJson {

    private final JsonGenerator json;

    private StateJson(JsonGenerator json) {
        this.json = json;
    }

    static void write(StateReport report, PrintWriter out) throws IOException {
        try (JsonGenerator json = new JsonFactory().createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.enable(JsonGenerator.Feature.WRITE_BIGDECIMAL_AS_PLAIN);
            json.useDefaultPrettyPrinter();
            new StateJson(json).write(report);
        }
        out.println();
    }

    private void write(StateReport report) throws IOException {
        json.writeStartObject();
        json.writeStringField("path", report.path());
        json.writeNumberField("checkpoint", report.checkpoint());
        json.writeStringField("commit", report.commit().toString());
        time("watermark", report.watermark());
        json.writeArrayFieldStart("offsets");
        for (StoredOffset offset : report.offsets()) {
            json.writeStartObject();
            json.writeStringField("topic", offset.topic());
            json.writeNumberField("partition", offset.partition());
            json.writeNumberField("next", offset.next());
            json.writeEndObject();
        }
        json.writeEndArray();
        lake(report.lake());
        json.writeArrayFieldStart("operators");
        for (Operator operator : report.operators()) {
            operator(operator);
        }
        json.writeEndArray();
        identities(report.identities());
        json.writeArrayFieldStart("meters");
        for (Meter meter : report.meters()) {
            meter(meter);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void lake(@Nullable StoredLake lake) throws IOException {
        if (lake != null) {
            json.writeObjectFieldStart("lake");
            json.writeStringField("batch", lake.batch().toString());
            json.writeNumberField("waiting_files", lake.waitingFiles());
            json.writeNumberField("pending_batches", lake.pendingBatches());
            json.writeEndObject();
        }
    }

    private void operator(Operator operator) throws IOException {
        json.writeStartObject();
        json.writeStringField("uid", operator.uid());
        json.writeStringField("name", operator.label());
        json.writeNumberField("parallelism", operator.parallelism());
        json.writeNumberField("max_parallelism", operator.maxParallelism());
        Long keys = operator.keys();
        if (keys != null) {
            json.writeNumberField("keys", keys);
        }
        json.writeNumberField("bytes", operator.bytes());
        json.writeArrayFieldStart("states");
        for (String name : operator.states()) {
            json.writeString(name);
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void identities(Identities identities) throws IOException {
        json.writeObjectFieldStart("identities");
        json.writeNumberField("count", identities.count());
        time("counted_from", identities.countedFrom());
        json.writeArrayFieldStart("ages");
        for (Band band : identities.bands()) {
            json.writeStartObject();
            json.writeNumberField("from_hours", band.from().toHours());
            Duration to = band.to();
            if (to != null) {
                json.writeNumberField("to_hours", to.toHours());
            }
            json.writeNumberField("count", band.count());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void meter(Meter meter) throws IOException {
        json.writeStartObject();
        json.writeStringField("meter", meter.slug());
        json.writeNumberField("windows", meter.windows());
        time("first_start", meter.first());
        time("last_start", meter.last());
        json.writeNumberField("subjects", meter.subjects());
        json.writeNumberField("cells", meter.cells());
        json.writeNumberField("readings", meter.total().readings());
        number("sum", meter.total().sum());
        number("min", meter.total().min());
        number("max", meter.total().max());
        number("latest", meter.total().latest());
        json.writeNumberField("distinct_values", meter.distinctValues());
        json.writeEndObject();
    }

    private void number(String name, @Nullable BigDecimal value) throws IOException {
        if (value != null) {
            json.writeNumberField(name, value);
        }
    }

    private void time(String name, @Nullable Instant time) throws IOException {
        json.writeStringField(name, time == null ? null : time.toString());
    }
}
