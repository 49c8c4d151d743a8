package io.tallyflow.operations.cluster;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * A job as it is now.
 *
 * @param state of the whole job, in Flink's words
 * @param tasks how many it has
 * @param running how many of them run
 * @param finished how many had nothing to do
 */
public record JobView(String id, String name, String state, int tasks, int running, int finished) {

    /** From the overview, which is always fresh; details of a job may be some seconds old. */
    static JobView of(JsonNode job) {
        return new JobView(
                job.path("jid").asText(),
                job.path("name").asText(),
                job.path("state").asText(),
                job.path("tasks").path("total").asInt(),
                job.path("tasks").path("running").asInt(),
                job.path("tasks").path("finished").asInt());
    }

    /** Whether every task runs that has something to do. */
    public boolean isRunning() {
        return state.equals("RUNNING") && running > 0 && running + finished == tasks;
    }

    /** Whether it will never run again. */
    public boolean isOver() {
        return state.equals("FAILED") || state.equals("CANCELED") || state.equals("FINISHED");
    }
}
