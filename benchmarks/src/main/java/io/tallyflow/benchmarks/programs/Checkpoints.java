package io.tallyflow.benchmarks.programs;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tallyflow.benchmarks.measure.CheckpointTimes;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * What a job's checkpoints were, as Flink's REST interface tells it.
 *
 * @param stateBytes all state of the last completed one, also what it shares with those before it
 */
record Checkpoints(long stateBytes, CheckpointTimes times) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Asks at {@code http://HOST:PORT} for a job. */
    static Checkpoints of(String webAddress, String job) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(webAddress + "/jobs/" + job + "/checkpoints"))
                        .build();
        String body = HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
        JsonNode all = JSON.readTree(body);
        JsonNode took = all.path("summary").path("end_to_end_duration");
        return new Checkpoints(
                all.path("latest").path("completed").path("state_size").asLong(),
                new CheckpointTimes(
                        all.path("counts").path("completed").asLong(),
                        Math.round(took.path("p50").asDouble()),
                        Math.round(took.path("p99").asDouble())));
    }
}
