package io.tallyflow.cli.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.stream.StreamSupport;

/**
 * A job as it is now.
 *
 * @param state of the whole job, in Flink's words
 * @param tasks state of each vertex
 */
public record JobView(String id, String name, String state, List<String> tasks) {

    static JobView of(JsonNode job) {
        return new JobView(
                job.path("jid").asText(),
                job.path("name").asText(),
                job.path("state").asText(),
                StreamSupport.stream(job.path("vertices").spliterator(), false)
                        .map(vertex -> vertex.path("status").asText())
                        .toList());
    }

    /** Whether every task runs. */
    public boolean isRunning() {
        return state.equals("RUNNING")
                && !tasks.isEmpty()
                && tasks.stream().allMatch("RUNNING"::equals);
    }

    /** Whether it will never run again. */
    public boolean isOver() {
        return state.equals("FAILED") || state.equals("CANCELED") || state.equals("FINISHED");
    }
}
