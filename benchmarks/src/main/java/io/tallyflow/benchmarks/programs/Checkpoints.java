package io.tallyflow.benchmarks.programs;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyflow.benchmarks.measure.CheckpointTimes;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * What a job's checkpoints were, as Flink's REST interface tells it.
 *
 * @param stateBytes all state of the last completed one, also what it shares with those before it
 */
record Checkpoints(long stateBytes, CheckpointTimes times) {

    /** Asks at {@code http://HOST:PORT} for a job. */
    static Checkpoints of(String webAddress, String job) throws IOException, InterruptedException {
        JsonNode all = ask(webAddress, job);
        JsonNode took = all.path("summary").path("end_to_end_duration");
        return new Checkpoints(
                all.path("latest").path("completed").path("state_size").asLong(),
                new CheckpointTimes(
                        all.path("counts").path("completed").asLong(),
                        Math.round(took.path("p50").asDouble()),
                        Math.round(took.path("p99").asDouble())));
    }

    /**
     * How long each of the last few took that are complete, milliseconds, by when it was triggered.
     */
    static Map<Long, Long> latest(String webAddress, String job)
            throws IOException, InterruptedException {
        Map<Long, Long> millis = new HashMap<>();
        for (JsonNode one : ask(webAddress, job).path("history")) {
            if (one.path("status").asText().equals("COMPLETED")) {
                millis.put(
                        one.path("trigger_timestamp").asLong(),
                        one.path("end_to_end_duration").asLong());
            }
        }
        return millis;
    }

    private static JsonNode ask(String webAddress, String job)
            throws IOException, InterruptedException {
        return FlinkAnswers.get(webAddress + "/jobs/" + job + "/checkpoints");
    }
}
