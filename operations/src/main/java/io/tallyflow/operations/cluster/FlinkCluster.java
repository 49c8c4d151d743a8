package io.tallyflow.operations.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyflow.results.savepoint.SavepointFormat;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A Flink cluster, asked through its REST interface. What it refuses, and what fails on its side,
 * is thrown as a {@link ClusterFailure} with the reason that it gives.
 */
public final class FlinkCluster {

    private final RestInterface rest;

    private FlinkCluster(RestInterface rest) {
        this.rest = rest;
    }

    /**
     * The cluster whose REST interface is there.
     *
     * @throws IllegalArgumentException if it is not the URL of a server
     */
    public static FlinkCluster at(String url) {
        return at(url, null);
    }

    /**
     * Likewise, by TLS.
     *
     * @param tls null for what Java trusts, and no certificate of this client
     * @throws IllegalArgumentException if it is not the URL of a server
     */
    public static FlinkCluster at(String url, @Nullable SSLContext tls) {
        URI uri = URI.create(url.endsWith("/") ? url : url + "/");
        String scheme = Objects.requireNonNullElse(uri.getScheme(), "");
        if (!scheme.matches("https?") || uri.getHost() == null) {
            throw new IllegalArgumentException("not of the form http://HOST:PORT");
        }
        return new FlinkCluster(new RestInterface(uri, tls));
    }

    /**
     * Makes sure that the cluster has a jar.
     *
     * @return by which it is run
     */
    public UploadedJar upload(JobJar jar) {
        for (JsonNode known : rest.get("jars").path("files")) {
            if (known.path("name").asText().equals(jar.name())) {
                return new UploadedJar(known.path("id").asText(), true);
            }
        }
        String file = rest.upload("jars/upload", jar.file(), jar.name()).path("filename").asText();
        return new UploadedJar(file.substring(file.lastIndexOf('/') + 1), false);
    }

    /**
     * A jar on the cluster.
     *
     * @param wasThere before it was asked for
     */
    public record UploadedJar(String id, boolean wasThere) {}

    /** Starts a job; it may fail afterwards. */
    public void start(UploadedJar jar, StartRequest request) {
        try {
            rest.post("jars/" + jar.id() + "/run", request.body());
        } catch (ClusterFailure e) {
            if (!e.isUnanswered() || !isKnown(request.jobId())) {
                throw e;
            }
        }
    }

    private boolean isKnown(String jobId) {
        return jobs().anyMatch(job -> job.id().equals(jobId));
    }

    /** All jobs that the cluster remembers. */
    public Stream<JobView> jobs() {
        return StreamSupport.stream(rest.get("jobs/overview").path("jobs").spliterator(), false)
                .map(JobView::of);
    }

    /** One job. */
    public JobView job(String id) {
        return jobs().filter(job -> job.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ClusterFailure("the cluster knows no job " + id));
    }

    /** The options that a job shows of itself, by name; none of one that shows none. */
    public Map<String, String> options(String jobId) {
        Map<String, String> options = new LinkedHashMap<>();
        rest.get("jobs/" + jobId + "/config")
                .path("execution-config")
                .path("user-config")
                .properties()
                .forEach(option -> options.put(option.getKey(), option.getValue().asText()));
        return options;
    }

    /** Why a job failed last, or null if it did not. */
    public @Nullable String failure(String jobId) {
        JsonNode latest =
                rest.get("jobs/" + jobId + "/exceptions")
                        .path("exceptionHistory")
                        .path("entries")
                        .path(0)
                        .path("stacktrace");
        return latest.isMissingNode() ? null : ServerSideCause.of(latest.asText());
    }

    /**
     * Begins a savepoint; returns at once.
     *
     * @param directory where to put it; null for the cluster's own choice
     * @param stop whether the job ends with it
     */
    public PendingSavepoint trigger(
            String jobId, @Nullable String directory, SavepointFormat format, boolean stop) {
        Map<String, Object> body = new LinkedHashMap<>();
        if (directory != null) {
            body.put(stop ? "targetDirectory" : "target-directory", directory);
        }
        body.put("formatType", format.name());
        if (stop) {
            body.put("drain", false);
        }
        String job = "jobs/" + jobId;
        JsonNode answer = rest.post(job + (stop ? "/stop" : "/savepoints"), body);
        return new PendingSavepoint(rest, jobId, answer.path("request-id").asText());
    }

    /**
     * Ends a job without a savepoint.
     *
     * @throws ClusterFailure if it has not ended in time
     */
    public void cancel(String jobId, Duration patience) {
        rest.patch("jobs/" + jobId + "?mode=cancel");
        Boolean over = Deadline.in(patience).await(() -> job(jobId).isOver() ? true : null);
        if (over == null) {
            throw new ClusterFailure(
                    "job " + jobId + " does not end after " + patience.toSeconds() + " s");
        }
    }

    /** Ids of jobs of this name that have not ended. */
    public List<String> unfinished(String name) {
        return jobs().filter(job -> job.name().equals(name) && !job.isOver())
                .map(JobView::id)
                .toList();
    }
}
