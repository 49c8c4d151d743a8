package io.tallyflow.local.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedFlinkTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path directory;

    EmbeddedFlinkTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void keepsCheckpointOfStoppedJobAndGoesOnFromIt() throws Exception {
        JobLauncher flink = new EmbeddedFlink(EmbeddedFlinkTest::countForEver);
        try (RunningJob job = flink.start(settings(null))) {
            job.awaitProcessing(PATIENCE);
            assertThat(get(job.webAddress() + "/jobs/" + job.id())).contains("RUNNING");
            assertThat(get(job.webAddress() + "/")).containsIgnoringCase("<html");
        }
        Path newest = RetainedCheckpoints.newest(directory.resolve("checkpoints")).orElseThrow();

        try (RunningJob job = flink.start(settings(newest))) {
            job.awaitProcessing(PATIENCE);
            assertThat(get(job.webAddress() + "/jobs/" + job.id() + "/checkpoints"))
                    .contains(newest.getFileName().toString());
        }
        assertThat(newest).isDirectory();
        assertThat(directory.resolve("tmp")).doesNotExist();
    }

    @Test
    void tellsWhatTheJobFailedOf() {
        JobLauncher flink =
                new EmbeddedFlink(
                        (environment, settings) -> {
                            environment.configure(noRestart());
                            environment
                                    .fromSequence(1, 10)
                                    .uid("numbers")
                                    .map(EmbeddedFlinkTest::fail)
                                    .returns(Types.LONG)
                                    .uid("fails")
                                    .sinkTo(new DiscardingSink<>())
                                    .uid("nowhere");
                        });
        try (RunningJob job = flink.start(settings(null))) {
            assertThatThrownBy(() -> job.awaitProcessing(PATIENCE))
                    .isInstanceOf(ServerFailure.class)
                    .hasMessageContaining("seven is right out");
            assertThatThrownBy(() -> job.ended().join()).isInstanceOf(CompletionException.class);
        }
    }

    @Test
    void refusesTopologyThatCannotBeBuilt() {
        JobLauncher flink =
                new EmbeddedFlink(
                        (environment, settings) -> {
                            throw new IllegalArgumentException("no such meter");
                        });
        assertThatThrownBy(() -> flink.start(settings(null)))
                .isInstanceOf(ServerFailure.class)
                .hasMessageContaining("no such meter");
    }

    private JobSettings settings(@Nullable Path restoreFrom) {
        return new JobSettings(
                "localhost:1",
                "jdbc:postgresql://localhost:1/none",
                "nobody",
                null,
                directory.resolve("meters.yaml"),
                directory,
                0,
                1,
                restoreFrom);
    }

    private static void countForEver(StreamExecutionEnvironment environment, JobSettings settings) {
        environment
                .fromSource(
                        new DataGeneratorSource<>(
                                number -> number,
                                Long.MAX_VALUE,
                                RateLimiterStrategy.perSecond(1000),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers")
                .uid("numbers")
                .sinkTo(new DiscardingSink<>())
                .uid("nowhere");
    }

    private static Configuration noRestart() {
        return new Configuration().set(RestartStrategyOptions.RESTART_STRATEGY, "none");
    }

    private static Long fail(Long number) {
        if (number == 7) {
            throw new IllegalStateException("seven is right out");
        }
        return number;
    }

    private static String get(String address) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(address)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
