package io.tallyflow.operations.cluster;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a job is to be started.
 *
 * @param jobId 32 hex digits, so that a start whose answer is lost can be looked for
 * @param arguments of the main class
 * @param parallelism null for the cluster's default
 * @param savepoint path of the state to start from; null starts without
 */
public record StartRequest(
        String jobId,
        List<String> arguments,
        @Nullable Integer parallelism,
        @Nullable String savepoint) {

    /** As Flink's REST interface takes it. The state is not claimed: it stays whose it was. */
    Map<String, Object> body() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("jobId", jobId);
        body.put("programArgsList", arguments);
        body.put("allowNonRestoredState", false);
        if (parallelism != null) {
            body.put("parallelism", parallelism);
        }
        if (savepoint != null) {
            body.put("savepointPath", savepoint);
            body.put("claimMode", "NO_CLAIM");
        }
        return body;
    }
}
