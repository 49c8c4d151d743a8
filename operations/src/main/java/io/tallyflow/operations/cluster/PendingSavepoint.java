package io.tallyflow.operations.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyflow.results.RequestInput;
import io.tallyflow.results.RequestText;
import io.tallyflow.results.savepoint.Savepoint;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** A savepoint that a cluster is taking. */
public final class PendingSavepoint {

    private static final Duration STATISTICS = Duration.ofSeconds(30);

    private final RestInterface rest;
    private final String jobId;
    private final String trigger;

    PendingSavepoint(RestInterface rest, String jobId, String trigger) {
        this.rest = rest;
        this.jobId = jobId;
        this.trigger = trigger;
    }

    /**
     * Waits until it is complete.
     *
     * @throws ClusterFailure if it fails, or is not complete in time
     */
    public Savepoint await(Duration patience) {
        JsonNode done = Deadline.in(patience).await(this::outcome);
        if (done == null) {
            throw new ClusterFailure(
                    RequestText.of(
                            "the savepoint is not complete after ",
                            patience.toSeconds(),
                            " s. It may still be: see the job's page, or wait longer with ",
                            RequestInput.TIMEOUT));
        }
        String path = done.path("location").asText();
        return new Savepoint(path, checkpoint(path));
    }

    private @Nullable JsonNode outcome() {
        JsonNode answer = rest.get("jobs/" + jobId + "/savepoints/" + trigger);
        if (!answer.path("status").path("id").asText().equals("COMPLETED")) {
            return null;
        }
        JsonNode operation = answer.path("operation");
        JsonNode failure = operation.path("failure-cause");
        if (!failure.isMissingNode()) {
            throw new ClusterFailure(
                    "no savepoint was taken: "
                            + ServerSideCause.of(failure.path("stack-trace").asText()));
        }
        return operation;
    }

    /** What the cluster shows of its checkpoints may be some seconds old. */
    private long checkpoint(String path) {
        Long number = Deadline.in(STATISTICS).await(() -> shownCheckpoint(path));
        if (number == null) {
            throw new ClusterFailure(
                    "savepoint "
                            + path
                            + " was taken, but the cluster does not say with which number");
        }
        return number;
    }

    private @Nullable Long shownCheckpoint(String path) {
        JsonNode checkpoints = rest.get("jobs/" + jobId + "/checkpoints");
        return Stream.concat(
                        Stream.of(checkpoints.path("latest").path("savepoint")),
                        StreamSupport.stream(checkpoints.path("history").spliterator(), false))
                .filter(one -> isAt(one, path))
                .map(one -> one.path("id").asLong())
                .findFirst()
                .orElse(null);
    }

    private static boolean isAt(JsonNode checkpoint, String path) {
        return Objects.equals(checkpoint.path("external_path").asText(), path);
    }
}
