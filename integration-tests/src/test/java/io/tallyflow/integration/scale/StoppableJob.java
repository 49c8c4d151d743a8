package io.tallyflow.integration.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.jobs.metering.LakeEnd;
import io.tallyflow.jobs.metering.MeteringEnds;
import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.MeteringPipeline;
import io.tallyflow.jobs.metering.MeteringRules;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.jobs.metering.RealEnds;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.JobTopology;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.results.savepoint.SavepointFormat;
import io.tallyflow.schemas.meter.Definitions;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

/** A job in this process that can be stopped with a savepoint, and asked for one while it runs. */
public final class StoppableJob implements AutoCloseable {

    private static final long LOOK_AGAIN_MILLIS = 50;
    private static final Pattern REQUEST = Pattern.compile("\"request-id\":\"([^\"]+)\"");
    private static final Pattern LOCATION = Pattern.compile("\"location\":\"([^\"]+)\"");

    private final HttpClient http = HttpClient.newHttpClient();
    private final RunningJob job;

    /** What may take a while to become true. */
    @FunctionalInterface
    public interface Condition {
        /** Looks once. */
        boolean holds() throws Exception;
    }

    /** From Kafka to Postgres, crashing when it is told to. */
    StoppableJob(JobSettings settings) {
        this(settings, StoppableJob::build);
    }

    /** Runs a topology. */
    public StoppableJob(JobSettings settings, JobTopology topology) {
        this.job = new EmbeddedFlink(topology).start(settings);
    }

    private static void build(StreamExecutionEnvironment environment, JobSettings settings)
            throws IOException {
        MeteringOptions options = options(settings);
        Definitions definitions = RequestedMeters.definitions(options);
        MeteringEnds real = RealEnds.ends(options, definitions, Duration.ofSeconds(1));
        MeteringEnds ends =
                new MeteringEnds(
                        real.events(),
                        real.usage(),
                        new DiscardingSink<>(),
                        new CrashOnce(),
                        LakeEnd.NONE);
        MeteringRules rules =
                new MeteringRules(
                        definitions, DedupeRules.defaults(), AggregateRules.defaults(), 1);
        new MeteringPipeline(ends, rules).attachTo(environment, environment.getParallelism());
    }

    private static MeteringOptions options(JobSettings settings) {
        List<String> arguments =
                List.of(
                        "--" + Option.KAFKA_BOOTSTRAP.key(), settings.kafkaBootstrap(),
                        "--" + Option.POSTGRES_URL.key(), settings.postgresUrl(),
                        "--" + Option.POSTGRES_USER.key(), settings.postgresUser(),
                        "--" + Option.METERS.key(), settings.meters().toString());
        return MeteringOptionsReader.read(arguments.toArray(String[]::new), Map.of());
    }

    /** Looks again and again until it holds; fails when the job ends or patience does. */
    public void await(String what, Duration patience, Condition condition) throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime() - deadline)
                    .as("waiting for %s longer than %s", what, patience)
                    .isNegative();
            try {
                job.ended().get(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
                throw new AssertionError("the job ended");
            } catch (TimeoutException stillRunning) {
                // As it should.
            }
        }
    }

    /** Stops it in the middle of whatever it reads; the directory of the savepoint. */
    public Path stop(Path savepoints, Duration patience) throws Exception {
        job.awaitProcessing(patience);
        String request = "{\"targetDirectory\":\"" + savepoints.toUri() + "\",\"drain\":false}";
        String id = found(REQUEST, post("/stop", request));
        awaitEnd(patience);
        return Path.of(URI.create(found(LOCATION, get("/savepoints/" + id))));
    }

    /** Takes a savepoint while it goes on; its directory. */
    public Path savepoint(Path savepoints, SavepointFormat format, Duration patience)
            throws Exception {
        String request =
                "{\"target-directory\":\""
                        + savepoints.toUri()
                        + "\",\"formatType\":\""
                        + format
                        + "\"}";
        String id = found(REQUEST, post("/savepoints", request));
        return Path.of(URI.create(found(LOCATION, outcome("/savepoints/" + id, patience))));
    }

    /** Takes a checkpoint; nothing happens if it cannot be taken now. */
    public void checkpoint(Duration patience) throws Exception {
        // The cluster does not stop before somebody has asked what became of it.
        outcome("/checkpoints/" + found(REQUEST, post("/checkpoints", "{}")), patience);
    }

    private String outcome(String operation, Duration patience) throws Exception {
        await(operation, patience, () -> get(operation).contains("\"id\":\"COMPLETED\""));
        return get(operation);
    }

    private String post(String path, String request) throws IOException, InterruptedException {
        return ask(
                HttpRequest.newBuilder(URI.create(address() + path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(request)));
    }

    private String get(String path) throws IOException, InterruptedException {
        return ask(HttpRequest.newBuilder(URI.create(address() + path)));
    }

    private String address() {
        return job.webAddress() + "/jobs/" + job.id();
    }

    private void awaitEnd(Duration patience) throws InterruptedException, TimeoutException {
        try {
            job.ended().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new AssertionError("the job did not stop but fail", e);
        }
    }

    private String ask(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), BodyHandlers.ofString()).body();
    }

    private static String found(Pattern pattern, String answer) {
        Matcher matcher = pattern.matcher(answer);
        assertThat(matcher.find()).as(answer).isTrue();
        return matcher.group(1);
    }

    @Override
    public void close() {
        job.close();
    }
}
