package io.tallyflow.connectors.iceberg.commit;

import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_28;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.numbers;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeLock;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.connectors.iceberg.upkeep.LakeDaysTest;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** With a JDBC catalog, one commits at a time. */
@Timeout(60)
final class LakeLockTest extends LakeDaysTest {

    @Override
    protected LakeFixture open(Path empty) throws IOException {
        return LakeFixture.ofOneCommitter(empty);
    }

    @Test
    void putsABatchInWhenTheOtherIsDone() throws Exception {
        try (LakeRig rig = days.rig(null)) {
            write(rig, 0, 30);
            rig.barrier(1);
            CompletableFuture<?> batch;
            try (LakeLock.Held held = LakeLock.of(lake.options()).acquire()) {
                batch = inBackground(() -> complete(rig));
                demandWaiting(batch);
                assertThat(lake.events()).isEmpty();
                held.check();
            }
            batch.get();
        }
        assertThat(lake.events()).isEqualTo(numbers(30));
    }

    private static Object complete(LakeRig rig) throws Exception {
        rig.complete(1);
        return rig;
    }

    @Test
    void compactsWhenTheOtherIsDone() throws Exception {
        days.writeEvents(3);
        CompletableFuture<?> compaction;
        try (LakeLock.Held held = LakeLock.of(lake.options()).acquire()) {
            compaction = inBackground(() -> days.compact(FEBRUARY_28));
            demandWaiting(compaction);
            assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 3);
            held.check();
        }
        assertThat(compaction.get()).isNotNull();
        assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 1);
    }

    /** An attempt of the job whose catalog answers very late, and the next one. */
    @Test
    void letsTheNextAttemptWaitForACommitThatGoesOnAlone() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        CountDownLatch asked = new CountDownLatch(1);
        try (LakeRig rig = days.rig(null)) {
            write(rig, 0, 30);
            Snapshot first = rig.barrier(1);
            lake.overtakeNext(
                    () -> {
                        asked.countDown();
                        answer.await();
                        return null;
                    });
            rig.makeCommits(1);
            rig.notifyLake(1);
            asked.await();
            CompletableFuture<LakeRig> next = inBackground(() -> days.rig(first));
            demandWaiting(next);
            for (LakeTable table : LakeTable.values()) {
                assertThat(lake.head(table)).isEqualTo(SnapshotNote.NONE);
            }
            answer.countDown();
            try (LakeRig second = next.get()) {
                write(second, 30, 60);
                second.checkpoint(2);
            }
        }
        assertThat(lake.events()).isEqualTo(numbers(60));
    }

    @Test
    void endsAtTheTableThatItIsAtWhenItsTaskHasEnded() throws Exception {
        CommitName name = new CommitName(5, 1);
        LakeBatch batch = new LakeBatch(name, CommitName.NONE, null, List.of(), 0);
        LakeCommitter.NumberedBatch made =
                new LakeCommitter.NumberedBatch(batch, new Position(name, 0), null);
        try (Lake tables = Lake.open(lake.options())) {
            tables.create();
            LakeCommitter committer =
                    new LakeCommitter(
                            tables,
                            new LakeRule(new LedgerPlaces(lake.ledger()), "metering", false));
            lake.overtake(
                    1,
                    () -> {
                        committer.giveUp();
                        return null;
                    });
            assertThatThrownBy(() -> committer.apply(made))
                    .isInstanceOf(InterruptedException.class);
        }
        assertThat(List.of(LakeTable.values()))
                .filteredOn(table -> standsAt(table, name))
                .containsExactly(LakeTable.USAGE, LakeTable.USAGE_DISTINCT);
    }

    @Test
    void goesNoFurtherWhenTheServerHasEndedTheConnection() throws Exception {
        try (LakeLock.Held held = LakeLock.of(lake.options()).acquire()) {
            held.check();
            lake.endOtherConnections();
            assertThatThrownBy(held::check).hasMessageContaining("the lock on the lake was lost");
            try (LakeLock.Held next = LakeLock.of(lake.options()).acquire()) {
                next.check();
            }
        }
    }

    @Test
    void tellsOfALockThatOthersHoldForLong() throws Exception {
        try (LakeLock.Held held = LakeLock.of(lake.options()).acquire()) {
            assertThatThrownBy(() -> LakeLock.of(lake.options()).acquire(Duration.ZERO))
                    .hasMessageContaining("has held the lock on the lake for more than PT0S");
            held.check();
        }
    }

    @Test
    void isTheSameForAllWhoFindTheSameCatalog() throws Exception {
        lake.execute("create schema theirs");
        try (Lake tables = Lake.open(lake.options())) {
            tables.create();
        }
        try (LakeLock.Held held = LakeLock.of(lake.options()).acquire()) {
            LakeLock other = LakeLock.of(searching("theirs,public"));
            assertThatThrownBy(() -> other.acquire(Duration.ZERO))
                    .hasMessageContaining("has held the lock");
            LakeLock.of(searching("theirs")).acquire(Duration.ZERO).close();
            held.check();
        }
    }

    private LakeOptions searching(String path) {
        Map<String, String> catalog = new HashMap<>(lake.options().catalog());
        String uri = catalog.get("uri");
        catalog.put("uri", uri + (uri.contains("?") ? "&" : "?") + "currentSchema=" + path);
        return LakeOptions.of(catalog, "metering", Duration.ofSeconds(1));
    }

    /** So the server gives up who does not answer. */
    @Test
    void limitsItsTransaction() throws Exception {
        try (Connection connection = lake.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set transaction_timeout = '1h'");
            statement.execute(LakeLock.LIMITS);
            assertThat(setting("tcp_keepalives_idle", statement)).isEqualTo("30");
            assertThat(setting("tcp_user_timeout", statement)).isEqualTo("60000");
            assertThat(setting("transaction_timeout", statement)).isEqualTo("0");
        }
    }

    private static String setting(String name, Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("show " + name)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void asksNobodyForARestCatalog() throws Exception {
        LakeOptions rest =
                LakeOptions.of(
                        Map.of("type", "rest", "uri", "http://catalog.invalid"),
                        "metering",
                        Duration.ofSeconds(1));
        try (LakeLock.Held one = LakeLock.of(rest).acquire();
                LakeLock.Held two = LakeLock.of(rest).acquire()) {
            one.check();
            two.check();
        }
    }

    private boolean standsAt(LakeTable table, CommitName name) {
        try {
            return lake.head(table).commit().equals(name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static <T> CompletableFuture<T> inBackground(Callable<T> action) {
        CompletableFuture<T> outcome = new CompletableFuture<>();
        Thread thread =
                new Thread(
                        () -> {
                            try {
                                outcome.complete(action.call());
                            } catch (Exception e) {
                                outcome.completeExceptionally(e);
                            }
                        });
        thread.setDaemon(true);
        thread.start();
        return outcome;
    }

    private static void demandWaiting(CompletableFuture<?> outcome) {
        assertThatThrownBy(() -> outcome.get(3, TimeUnit.SECONDS))
                .isInstanceOf(TimeoutException.class);
    }
}
