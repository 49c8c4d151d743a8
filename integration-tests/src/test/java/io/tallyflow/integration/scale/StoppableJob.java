package io.tallyflow.integration.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.embedded.EmbeddedFlink;
import io.tallyflow.cli.embedded.JobSettings;
import io.tallyflow.cli.embedded.RunningJob;
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
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
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

/**
 * The metering pipeline from Kafka to Postgres, which can be crashed and stopped with a savepoint.
 */
final class StoppableJob implements AutoCloseable {

    private static final long LOOK_AGAIN_MILLIS = 50;
    private static final Pattern REQUEST = Pattern.compile("\"request-id\":\"([^\"]+)\"");
    private static final Pattern LOCATION = Pattern.compile("\"location\":\"([^\"]+)\"");

    private final HttpClient http = HttpClient.newHttpClient();
    private final RunningJob job;

    /** What may take a while to become true. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    StoppableJob(JobSettings settings) {
        this.job = new EmbeddedFlink(StoppableJob::build).start(settings);
    }

    private static void build(StreamExecutionEnvironment environment, JobSettings settings)
            throws IOException {
        MeteringOptions options = options(settings);
        List<Meter> meters = MeterFile.read(options.meters());
        MeteringEnds real = RealEnds.ends(options, meters, Duration.ofSeconds(1));
        MeteringEnds ends =
                new MeteringEnds(
                        real.events(),
                        real.usage(),
                        new DiscardingSink<>(),
                        new CrashOnce(),
                        LakeEnd.NONE);
        MeteringRules rules =
                new MeteringRules(meters, DedupeRules.defaults(), AggregateRules.defaults(), 1);
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
    void await(String what, Duration patience, Condition condition) throws Exception {
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
    Path stop(Path savepoints, Duration patience) throws Exception {
        job.awaitProcessing(patience);
        String address = job.webAddress() + "/jobs/" + job.id();
        String request = "{\"targetDirectory\":\"" + savepoints.toUri() + "\",\"drain\":false}";
        String answer =
                ask(
                        HttpRequest.newBuilder(URI.create(address + "/stop"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(request)));
        String id = found(REQUEST, answer);
        awaitEnd(patience);
        return Path.of(
                URI.create(
                        found(
                                LOCATION,
                                ask(
                                        HttpRequest.newBuilder(
                                                URI.create(address + "/savepoints/" + id))))));
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
