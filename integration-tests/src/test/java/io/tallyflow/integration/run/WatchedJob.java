package io.tallyflow.integration.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RunningJob;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The metering job inside this process, and ways to wait for it that end when it ends. */
public final class WatchedJob implements AutoCloseable {

    private static final long LOOK_AGAIN_MILLIS = 50;

    private final RunningJob job;

    private WatchedJob(RunningJob job) {
        this.job = job;
    }

    /** What may take a while to become true. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** Starts the job with options beside those that the settings stand for. */
    public static WatchedJob start(JobSettings settings, Map<Option, String> options) {
        return start(settings, options, Map.of());
    }

    /** Likewise, with secrets in the environment. */
    public static WatchedJob start(
            JobSettings settings, Map<Option, String> options, Map<String, String> environment) {
        return new WatchedJob(
                new EmbeddedFlink(
                                (flink, same) ->
                                        MeteringJob.build(
                                                flink,
                                                MeteringJob.check(
                                                        flink.getConfiguration(),
                                                        MeteringOptionsReader.read(
                                                                arguments(same, options),
                                                                environment))))
                        .start(settings));
    }

    /** On servers without password, without state, at parallelism 2. */
    public static JobSettings settings(
            String kafka, String postgresUrl, String postgresUser, Path meters, Path directory) {
        return new JobSettings(
                kafka, postgresUrl, postgresUser, null, meters, directory, 0, 2, null);
    }

    private static String[] arguments(JobSettings settings, Map<Option, String> options) {
        List<String> arguments = new ArrayList<>();
        add(arguments, Option.KAFKA_BOOTSTRAP, settings.kafkaBootstrap());
        add(arguments, Option.POSTGRES_URL, settings.postgresUrl());
        add(arguments, Option.POSTGRES_USER, settings.postgresUser());
        add(arguments, Option.METERS, settings.meters().toString());
        options.forEach((option, value) -> add(arguments, option, value));
        return arguments.toArray(String[]::new);
    }

    private static void add(List<String> arguments, Option option, String value) {
        arguments.add("--" + option.key());
        arguments.add(value);
    }

    /** Returns once events are processed. */
    public void awaitProcessing() {
        job.awaitProcessing(Duration.ofSeconds(60));
    }

    /** Looks again and again until it holds; fails when the job ends or patience does. */
    public void await(String what, Duration patience, Condition condition) throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            assertThat(System.nanoTime() - deadline)
                    .as("waiting for %s longer than %s", what, patience)
                    .isNegative();
            run(Duration.ofMillis(LOOK_AGAIN_MILLIS));
        }
    }

    /** Lets it run for so long; fails when it ends. */
    public void run(Duration time) throws Exception {
        try {
            job.ended().get(time.toMillis(), TimeUnit.MILLISECONDS);
            throw new AssertionError("the job ended");
        } catch (TimeoutException stillRunning) {
            // As it should.
        }
    }

    /** Fails if a task has failed since the start. */
    public void demandNoRestart() throws Exception {
        assertThat(failures()).contains("\"entries\":[]");
    }

    /** What Flink knows of failures, JSON. */
    public String failures() throws Exception {
        URI exceptions = URI.create(job.webAddress() + "/jobs/" + job.id() + "/exceptions");
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(exceptions).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Override
    public void close() {
        job.close();
    }
}
