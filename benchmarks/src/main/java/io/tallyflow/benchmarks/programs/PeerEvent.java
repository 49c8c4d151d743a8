package io.tallyflow.benchmarks.programs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;

/**
 * An event as the peers see it. Public, because Flink serializes it by its components.
 *
 * @param timeMillis event time, milliseconds since the epoch, UTC
 */
public record PeerEvent(
        String source,
        String id,
        String subject,
        String model,
        String region,
        long tokens,
        long timeMillis) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Reads it as most programs would: a tree of the whole event, {@link Instant} for the time. */
    static PeerEvent parse(byte[] json) throws IOException {
        JsonNode event = JSON.readTree(json);
        JsonNode data = event.path("data");
        return new PeerEvent(
                event.path("source").asText(),
                event.path("id").asText(),
                event.path("subject").asText(),
                data.path("model").asText(),
                data.path("region").asText(),
                data.path("tokens").asLong(),
                Instant.parse(event.path("time").asText()).toEpochMilli());
    }

    /** What makes two events the same. */
    String identity() {
        return source + '|' + id;
    }
}
