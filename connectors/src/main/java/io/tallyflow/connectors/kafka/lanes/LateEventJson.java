package io.tallyflow.connectors.kafka.lanes;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.UsageEvent;
import java.io.IOException;
import java.time.Instant;
import java.util.Locale;

/**
 * A record of {@code usage.late}: where the event came from, why it is late, and under {@code
 * event} the event itself as structured CloudEvents JSON, its data byte for byte as sent.
 */
final class LateEventJson {

    private static final long MICROS_PER_SECOND = 1_000_000L;

    private LateEventJson() {}

    static byte[] format(String topic, LateEvent late) {
        UsageEvent event = late.event();
        return RecordJson.object(
                json -> {
                    json.writeStringField("reason", late.reason().name().toLowerCase(Locale.ROOT));
                    json.writeArrayFieldStart("meters");
                    for (String meter : late.meters()) {
                        json.writeString(meter);
                    }
                    json.writeEndArray();
                    RecordJson.writeOrigin(
                            json,
                            topic,
                            event.partition(),
                            event.offset(),
                            event.kafkaTimeMillis());
                    json.writeObjectFieldStart("event");
                    writeEvent(json, event);
                    json.writeEndObject();
                });
    }

    private static void writeEvent(JsonGenerator json, UsageEvent event) throws IOException {
        json.writeStringField("specversion", "1.0");
        json.writeStringField("id", event.id());
        json.writeStringField("source", event.source());
        json.writeStringField("type", event.type());
        json.writeStringField("subject", event.subject());
        json.writeStringField("time", time(event.timeMicros()).toString());
        byte[] data = event.data();
        if (data != null) {
            json.writeFieldName("data");
            json.writeRawValue(new String(data, java.nio.charset.StandardCharsets.UTF_8));
        }
    }

    private static Instant time(long micros) {
        return Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND),
                Math.floorMod(micros, MICROS_PER_SECOND) * 1_000L);
    }
}
