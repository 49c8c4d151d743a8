package io.tallyflow.connectors.kafka.lanes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** What all records written to Kafka share. */
final class RecordJson {

    private static final JsonFactory JSON = new JsonFactory();

    private RecordJson() {}

    /** Writes the fields of an object. */
    interface Fields {
        void writeTo(JsonGenerator json) throws IOException;
    }

    static byte[] object(Fields fields) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            fields.writeTo(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteArray();
    }

    static void writeOrigin(
            JsonGenerator json, String topic, int partition, long offset, long kafkaTimeMillis)
            throws IOException {
        json.writeStringField("topic", topic);
        json.writeNumberField("partition", partition);
        json.writeNumberField("offset", offset);
        json.writeStringField("kafkaTime", Instant.ofEpochMilli(kafkaTimeMillis).toString());
    }

    /** The key that makes copies of a record recognisable. */
    static byte[] key(String topic, int partition, long offset) {
        return (topic + "-" + partition + "-" + offset).getBytes(StandardCharsets.UTF_8);
    }
}
