package io.tallyflow.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.integration.lake.LakeReader;
import io.tallyflow.local.embedded.LakeAddress;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.Comparison;
import io.tallyflow.local.truth.DemoMeters;
import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.local.truth.LakeResults;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.local.truth.Truth;
import io.tallyflow.local.truth.UsageSender;
import io.tallyflow.results.lake.LakeCells;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.Count;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code up} is killed with {@code kill -9} at random moments, during its start as well, while
 * events are being sent. Whenever a reader can look, it must see the truth of the offsets that it
 * sees; after the last start everything must be there. {@code -Dtallyflow.test.kills=N} and {@code
 * -Dtallyflow.test.events=N} choose how much.
 */
final class KilledProcessIT {

    private static final int KILLS = Integer.getInteger("tallyflow.test.kills", 30);
    private static final long EVENTS = Long.getLong("tallyflow.test.events", 300_000);
    private static final long SEED = Long.getLong("tallyflow.test.seed", 1);

    /** Long enough to be ready and to commit for a while, most of the time. */
    private static final int LONGEST_RUN_MILLIS = 24_000;

    private static final long LAKE_LOOK_MILLIS = 2_000;
    private static final int LAKE_LOOKS = 45;

    @TempDir Path directory;

    @Test
    @Timeout(3_000)
    void showsTheTruthAtEveryCommitHoweverOftenItIsKilled() throws Exception {
        GeneratorSettings settings = GeneratorSettings.anHour(SEED, EVENTS, anHourAgo());
        Random random = new Random(SEED);
        BlockingQueue<Long> goals = new LinkedBlockingQueue<>();
        String meters = DemoMeters.writeTo(directory).toString();
        try (TallyflowProcess up = new TallyflowProcess(directory, "--meters", meters);
                Reader reader = new Reader(up, settings)) {
            up.start();
            up.awaitReady();
            CompletableFuture<Void> watching = CompletableFuture.runAsync(reader::watch);
            CompletableFuture<Void> sending =
                    CompletableFuture.runAsync(() -> send(up.kafka(), settings, goals));
            for (int kill = 1; kill <= KILLS; kill++) {
                goals.add(EVENTS * kill / (KILLS + 1));
                up.run(random.nextInt(LONGEST_RUN_MILLIS));
                up.kill();
                up.start();
            }
            goals.add(EVENTS);
            up.awaitReady();
            sending.join();
            reader.awaitEnd();
            watching.join();
            demandTruthOfTheLake(up, settings);
            assertThat(up.stop()).isZero();
        }
    }

    /**
     * A broker that comes back forgets producers whose newest record is over a day old by the
     * record's own timestamp, and then takes what they send again for new: the log would differ
     * from the truth. So the records are of today.
     */
    private static long anHourAgo() {
        return Instant.now()
                .truncatedTo(ChronoUnit.HOURS)
                .minus(1, ChronoUnit.HOURS)
                .toEpochMilli();
    }

    /** The lake holds each accepted event once, for two readers that share no code. */
    private static void demandTruthOfTheLake(TallyflowProcess up, GeneratorSettings settings)
            throws Exception {
        Truth truth = new Truth(settings);
        truth.advanceToEnd();
        long accepted = truth.counts().of(Count.METERED) + truth.counts().of(Count.UNMATCHED);
        LakeOptions options =
                LakeAddress.options(
                        up.postgresUrl(), "tallyflow", null, up.data().resolve("warehouse"));
        List<Meter> meters = MeterFile.read(up.data().resolveSibling("demo-meters.yaml"));
        LakeCells cells = LakeCells.of(options, meters);
        for (int look = 0; look < LAKE_LOOKS && cells.accepted() < accepted; look++) {
            up.run(LAKE_LOOK_MILLIS);
            cells = LakeCells.of(options, meters);
        }
        try (Connection connection = up.connect();
                LakeReader reader = LakeReader.ofWarehouse(up.data().resolve("warehouse"))) {
            Comparison comparison =
                    Comparison.of(truth, PostgresResults.all(connection), LakeResults.of(cells));
            assertThat(comparison.isEqual()).as("%s", comparison.differences()).isTrue();
            assertThat(
                            reader.query(
                                            """
                                            select count(*) as events,
                                                count(distinct (subject, source, id)) as identities
                                            from events
                                            """)
                                    .get(0)
                                    .values())
                    .extracting(count -> ((Number) count).longValue())
                    .containsExactly(accepted, accepted);
        }
    }

    /** Sends up to one goal after the other. */
    private static void send(String kafka, GeneratorSettings settings, BlockingQueue<Long> goals) {
        try (UsageSender sender = new UsageSender(kafka, Topics.EVENTS, settings)) {
            long sent = 0;
            while (sent < EVENTS) {
                sent = goals.take();
                sender.sendUpTo(sent);
            }
        } catch (InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    /** Looks all the time. */
    private static final class Reader implements AutoCloseable {

        private final TallyflowProcess up;
        private final Truth truth;
        private final Map<Integer, Long> ends;
        private final AtomicBoolean done = new AtomicBoolean();
        private final CompletableFuture<Void> complete = new CompletableFuture<>();
        private long commits;
        private long last = -1;

        Reader(TallyflowProcess up, GeneratorSettings settings) {
            this.up = up;
            this.truth = new Truth(settings);
            Truth end = new Truth(settings);
            end.advanceToEnd();
            this.ends = end.offsets();
        }

        void watch() {
            try {
                while (!done.get()) {
                    look();
                }
            } catch (Throwable e) {
                complete.completeExceptionally(e);
            }
        }

        private void look() {
            try (Connection connection = up.connect()) {
                while (!done.get()) {
                    demandTruth(PostgresResults.all(connection));
                }
            } catch (SQLException serverIsDown) {
                awaitServer();
            }
        }

        private void awaitServer() {
            try {
                complete.get(100, TimeUnit.MILLISECONDS);
            } catch (TimeoutException lookAgain) {
                // The server has had its time.
            } catch (ExecutionException | InterruptedException e) {
                throw new CompletionException(e);
            }
        }

        private void demandTruth(PostgresResults seen) {
            assertThat(seen.commit()).isGreaterThanOrEqualTo(last);
            if (seen.commit() == last) {
                return;
            }
            last = seen.commit();
            commits++;
            truth.advanceTo(seen.offsets());
            Comparison comparison = Comparison.of(truth, seen);
            assertThat(comparison.isEqual())
                    .as("commit %s: %s", seen.commit(), comparison.differences())
                    .isTrue();
            if (seen.offsets().equals(ends)) {
                complete.complete(null);
            }
        }

        void awaitEnd() {
            complete.join();
            done.set(true);
            assertThat(commits).as("commits that the reader saw").isGreaterThan(1);
        }

        @Override
        public void close() {
            done.set(true);
        }
    }
}
