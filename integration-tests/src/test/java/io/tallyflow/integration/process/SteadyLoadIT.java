package io.tallyflow.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.Comparison;
import io.tallyflow.local.truth.DemoMeters;
import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.local.truth.Truth;
import io.tallyflow.local.truth.UsageSender;
import io.tallyflow.results.Question;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code up} under a steady load of generated usage, copies, late and bad records included: it
 * keeps up, and what it shows at the end is the truth. Prints one table.
 *
 * <pre>mvn verify -Pproofs -pl integration-tests -am -Dit.test=SteadyLoadIT -Dtest=None
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false
 *     -Dtallyflow.rate=20000 -Dtallyflow.seconds=300</pre>
 *
 * <p>Where the time goes: {@code
 * -Dtallyflow.test.jvm="-XX:StartFlightRecording=filename=/tmp/up.jfr,settings=profile"}, then
 * {@code jfr print --events jdk.ExecutionSample /tmp/up.jfr}.
 */
final class SteadyLoadIT {

    /** Zeros before the first commit. */
    private static final Question<Committed> COMMITTED =
            new Question<>(
                    """
            select coalesce(max(commit), 0), coalesce(max(consumed), 0), coalesce(max(
                extract(epoch from now() - committed_at) * 1000), 0)::bigint
            from tallyflow.progress
            """,
                    row ->
                            new Committed(
                                    row.getLong(1),
                                    row.getLong(2),
                                    Duration.ofMillis(row.getLong(3))));

    private static final int RATE = Integer.getInteger("tallyflow.rate", 20_000);
    private static final int SECONDS = Integer.getInteger("tallyflow.seconds", 300);
    private static final int SUBJECTS = 1_000;

    /** Three of the commonest event type, and one for the other. */
    private static final List<String> METERS =
            List.of("tokens_total", "requests_total", "users_active", "volumes_used");

    private static final int PARTITIONS = Topics.EVENT_PARTITIONS;

    /** How much longer than at the beginning the lag may be at the end. */
    private static final int MORE_LAG_SECONDS = 5;

    private static final long TICK_MILLIS = 100;

    @TempDir private Path directory;

    @Test
    @Timeout(1_800)
    void keepsUpAndShowsTheTruth() throws Exception {
        String meters = DemoMeters.writeTo(directory, METERS).toString();
        try (TallyflowProcess up = new TallyflowProcess(directory, "--meters", meters)) {
            up.start();
            up.awaitReady();
            GeneratorSettings settings =
                    new GeneratorSettings(
                            1,
                            (long) RATE * SECONDS,
                            PARTITIONS,
                            SUBJECTS,
                            System.currentTimeMillis(),
                            Duration.ofSeconds(SECONDS).toMillis(),
                            false);
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(() -> send(up.kafka(), settings));
            LoadSamples samples = sample(up, sending);
            sending.join();
            samples.print(System.out, up.data().resolve("warehouse"));
            demandTruth(up, settings);
            assertThat(samples.lagAtEnd())
                    .as("records not yet committed, at the end")
                    .isLessThan(samples.lagAtBegin() + (double) MORE_LAG_SECONDS * RATE);
        }
    }

    /** So many records as are due, again and again. */
    private static void send(String kafka, GeneratorSettings settings) {
        CompletableFuture<Void> never = new CompletableFuture<>();
        long start = System.nanoTime();
        try (UsageSender sender = new UsageSender(kafka, Topics.EVENTS, settings)) {
            long due = 0;
            while (due < settings.records()) {
                pause(never, TICK_MILLIS);
                due =
                        Math.min(
                                settings.records(),
                                (System.nanoTime() - start) / 1_000 * RATE / 1_000_000);
                sender.sendUpTo(due);
            }
        }
    }

    /** Looks every second until everything is sent. */
    private static LoadSamples sample(TallyflowProcess up, CompletableFuture<Void> sending)
            throws SQLException {
        LoadSamples samples = new LoadSamples(RATE);
        try (Connection connection = up.connect();
                KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(
                                Map.of("bootstrap.servers", up.kafka()),
                                new ByteArrayDeserializer(),
                                new ByteArrayDeserializer())) {
            while (!pause(sending, 1_000)) {
                samples.add(sample(up, connection, consumer));
            }
        }
        return samples;
    }

    private static LoadSamples.Sample sample(
            TallyflowProcess up, Connection connection, KafkaConsumer<byte[], byte[]> consumer)
            throws SQLException {
        List<TopicPartition> partitions =
                IntStream.range(0, PARTITIONS)
                        .mapToObj(partition -> new TopicPartition(Topics.EVENTS, partition))
                        .toList();
        Committed ledger = COMMITTED.one(connection);
        return new LoadSamples.Sample(
                System.nanoTime(),
                consumer.endOffsets(partitions).values().stream().mapToLong(Long::longValue).sum(),
                ledger.consumed(),
                ledger.commit(),
                ledger.age(),
                up.cpu());
    }

    private record Committed(long commit, long consumed, Duration age) {}

    private static void demandTruth(TallyflowProcess up, GeneratorSettings settings)
            throws Exception {
        Truth truth = new Truth(settings, METERS);
        truth.advanceToEnd();
        try (Connection connection = up.connect()) {
            while (!PostgresResults.progress(connection).offsets().equals(truth.offsets())) {
                up.run(TICK_MILLIS);
            }
            Comparison comparison = Comparison.of(truth, PostgresResults.all(connection));
            assertThat(comparison.isEqual()).as("%s", comparison.differences()).isTrue();
        }
    }

    /** Waits a moment; says whether it was over before. */
    private static boolean pause(CompletableFuture<Void> over, long millis) {
        try {
            over.get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException goesOn) {
            return false;
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }
}
