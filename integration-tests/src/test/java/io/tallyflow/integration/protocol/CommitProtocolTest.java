package io.tallyflow.integration.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.PostgresSinkOptions;
import io.tallyflow.connectors.postgres.PostgresUsageSink;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.connectors.refusal.SinkRefusedException.Refusal;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.progress.Count;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.commons.lang3.exception.ExceptionUtils;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The commit protocol's named dangers, each on the real operators and a real Postgres. */
final class CommitProtocolTest {

    private static final boolean EVERY_WAY =
            "all".equals(System.getProperty("tallyflow.test.faults"));

    private static ProtocolDatabase database;

    private final UsageLog log = new UsageLog(7, 3, 400);
    private Witness witness;
    private PipelineRig rig;
    private long checkpoint;

    @BeforeAll
    static void startPostgres() throws Exception {
        database = new ProtocolDatabase();
    }

    @AfterAll
    static void stopPostgres() throws Exception {
        database.close();
    }

    @BeforeEach
    void emptyTables() throws Exception {
        database.clear();
        witness = new Witness(database::connect, log);
    }

    @AfterEach
    void stopRig() throws Exception {
        if (rig != null) {
            rig.close();
        }
    }

    @Test
    void makesEveryCheckpointVisibleAsAWhole() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        while (rig.hasMore()) {
            readSome(20);
            commit();
            witness.look();
        }
        witness.demandComplete();
        assertThat(witness.look().counts().of(Count.ADJUSTED)).isPositive();
    }

    /** Each in one way; {@code -Dtallyflow.test.faults=all} for each in every way. */
    @ParameterizedTest
    @EnumSource(Faults.Break.class)
    void survivesAFaultOnEitherSideOfEveryStepOfACommit(Faults.Break side) throws Exception {
        int last = 0;
        for (int step = 0; last == step; step++) {
            for (Faults.Way way : ways(step + side.ordinal())) {
                database.clear();
                witness = new Witness(database::connect, log);
                checkpoint = 0;
                if (commitWithFault(step, side, way)) {
                    last = step + 1;
                }
            }
        }
        assertThat(last).as("steps of a commit").isGreaterThan(7);
    }

    private static List<Faults.Way> ways(int number) {
        List<Faults.Way> all = List.of(Faults.Way.values());
        return EVERY_WAY ? all : List.of(all.get(number % all.size()));
    }

    private boolean commitWithFault(long step, Faults.Break side, Faults.Way way) throws Exception {
        Faults connections = database.connections();
        PostgresUsageSink sink = new PostgresUsageSink(connections, options());
        rig = PipelineRig.fresh(log, sink, 2);
        readSome(150);
        commit();
        witness.look();
        readSome(150);
        PipelineRig.Snapshot snapshot = rig.barrier(++checkpoint);
        connections.breakAt(step, side, way);
        try {
            rig.complete(checkpoint);
        } catch (Exception e) {
            assertThat(ExceptionUtils.getRootCause(e)).isInstanceOf(Faults.Crash.class);
            witness.look();
            restart(snapshot, 2);
        }
        connections.heal();
        witness.look();
        readAll();
        commit();
        witness.demandComplete();
        rig.close();
        return connections.fired();
    }

    @Test
    void commitsInOrderWhatDeclinedCheckpointsLeftBehind() throws Exception {
        UsageLog small = new UsageLog(11, 3, 1_000);
        witness = new Witness(database::connect, small);
        rig = PipelineRig.fresh(small, sink(), 2);
        for (int i = 0; i < 1_000; i++) {
            rig.read(i % 3);
            rig.advance(Set.of());
            rig.barrier(++checkpoint);
            if (i % 3 != 0) {
                rig.complete(checkpoint);
            }
            if (i % 50 == 0) {
                witness.look();
            }
        }
        while (rig.hasMore()) {
            for (int p = 0; p < 3; p++) {
                rig.read(p);
            }
        }
        commit();
        witness.demandComplete();
    }

    @Test
    void takesALostNoticeForNothing() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(50);
        rig.barrier(++checkpoint);
        readSome(50);
        commit();
        witness.look();
        assertThat(witness.look().commit()).isEqualTo(2);
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void goesOnFromASavepointThatWasNeverConfirmed() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        int[] parallelisms = {3, 1, 2, 3};
        for (int parallelism : parallelisms) {
            readSome(60);
            commit();
            readSome(30);
            PipelineRig.Snapshot savepoint = rig.barrier(++checkpoint);
            restart(savepoint, parallelism);
            witness.look();
        }
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void goesOnAfterStopWithSavepoint() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(100);
        PipelineRig.Snapshot savepoint = rig.barrier(++checkpoint);
        rig.complete(checkpoint);
        long before = witness.look().commit();
        restart(savepoint, 3);
        assertThat(witness.look().commit()).isEqualTo(before);
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void stopsATwinThatStartedFromTheSameState() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(100);
        PipelineRig.Snapshot savepoint = rig.barrier(++checkpoint);
        rig.complete(checkpoint);
        try (PipelineRig twin = PipelineRig.restored(log, sink(), 2, savepoint)) {
            readSome(20);
            commit();
            twin.read(0);
            twin.barrier(checkpoint);
            long own = checkpoint;
            assertRefused(Refusal.SINK_REGRESSED, () -> twin.complete(own));
        }
        witness.look();
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void letsAnAttemptThatThawsDoNoHarm() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(100);
        PipelineRig frozen = rig;
        PipelineRig.Snapshot snapshot = rig.barrier(++checkpoint);
        long pending = checkpoint;
        rig = PipelineRig.restored(log, sink(), 2, snapshot);
        readSome(40);
        commit();
        long before = witness.look().commit();
        frozen.complete(pending);
        assertThat(witness.look().commit()).isEqualTo(before);
        frozen.read(1);
        frozen.barrier(pending + 1);
        assertRefused(Refusal.SINK_REGRESSED, () -> frozen.complete(pending + 1));
        frozen.close();
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void stopsWhenPostgresWasSetBackToAnOlderCopy() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(100);
        PipelineRig.Snapshot old = commit();
        rig.close();
        database.copyTo("older");
        rig = PipelineRig.restored(log, sink(), 2, old);
        readSome(50);
        commit();
        readSome(10);
        PipelineRig.Snapshot newest = commit();
        rig.close();
        database.setBackTo("older");

        assertRefused(
                Refusal.SINK_REGRESSED, () -> PipelineRig.restored(log, sink(), 2, newest).close());

        witness = new Witness(database::connect, log);
        rig = PipelineRig.restored(log, sink(), 2, old);
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void refusesAnOlderStateAtOnceAndRewindsToItWhenAsked() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(120);
        PipelineRig.Snapshot old = commit();
        long target = witness.look().commit();
        for (int i = 0; i < 5; i++) {
            readSome(30);
            commit();
        }
        rig.close();
        long stood = witness.look().commit();
        assertRefused(
                Refusal.SINK_REGRESSED, () -> PipelineRig.restored(log, sink(), 2, old).close());
        assertRefused(
                Refusal.SINK_REGRESSED,
                () -> PipelineRig.rewound(log, sinkRewindingTo(target, 7), 2, old).close());
        assertThat(witness.look().commit()).isEqualTo(stood);

        // The first attempt dies before its first checkpoint, the second before the notice.
        rig = PipelineRig.rewound(log, sinkRewindingTo(target, 0), 3, old);
        readSome(10);
        rig.close();
        rig = PipelineRig.rewound(log, sinkRewindingTo(target, 0), 3, old);
        readSome(10);
        PipelineRig.Snapshot pending = rig.barrier(old.checkpoint() + 1);
        rig.close();
        assertThat(witness.look().epoch()).isZero();
        assertThat(witness.look().commit()).isEqualTo(stood);
        checkpoint = pending.checkpoint();
        rig = PipelineRig.rewound(log, sinkRewindingTo(target, 0), 2, pending);
        assertThat(witness.look().epoch()).isEqualTo(1);
        assertThat(witness.look().commit()).isEqualTo(target + 1);
        readSome(40);
        PipelineRig.Snapshot after = commit();
        witness.look();

        // The option is still there, and does nothing any more.
        rig.close();
        rig = PipelineRig.rewound(log, sinkRewindingTo(target, 0), 2, after);
        assertThat(witness.look().epoch()).isEqualTo(1);
        rig.close();
        assertRefused(
                Refusal.SINK_REGRESSED,
                () -> PipelineRig.rewound(log, sinkRewindingTo(target, 0), 2, old).close());
        rig = PipelineRig.restored(log, sink(), 2, after);
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void refusesAStateThatARewindHasAbandoned() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(60);
        PipelineRig.Snapshot old = commit();
        readSome(60);
        PipelineRig.Snapshot abandoned = commit();
        rig.close();
        rig = PipelineRig.rewound(log, sinkRewindingTo(1, 0), 2, old);
        readSome(10);
        commit();
        assertRefused(
                Refusal.STATE_ABANDONED,
                () -> PipelineRig.restored(log, sink(), 2, abandoned).close());
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void beginsANewEpochWhenItIsAskedToGoBackToWhereItStands() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(120);
        PipelineRig.Snapshot here = commit();
        long commit = witness.look().commit();
        rig.close();
        rig = PipelineRig.rewound(log, sinkRewindingTo(commit, 0), 2, here);
        readSome(30);
        PipelineRig.Snapshot after = commit();
        assertThat(witness.look().epoch()).isEqualTo(1);
        assertThat(witness.look().commit()).isEqualTo(commit + 1);
        rig.close();

        // The option is still there, and does nothing any more.
        rig = PipelineRig.rewound(log, sinkRewindingTo(commit, 0), 2, after);
        readAll();
        commit();
        assertThat(witness.look().epoch()).isEqualTo(1);
        witness.demandComplete();
    }

    @Test
    void refusesACommitThatARewindHasAbandonedByTheSameName() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(60);
        PipelineRig.Snapshot old = commit();
        readSome(60);
        PipelineRig frozen = rig;
        PipelineRig.Snapshot pending = rig.barrier(++checkpoint);
        long made = checkpoint;
        PipelineRig.restored(log, sink(), 2, pending).close();
        rig = PipelineRig.rewound(log, sinkRewindingTo(1, 0), 2, old);
        readSome(10);
        commit();
        assertRefused(Refusal.STATE_ABANDONED, () -> frozen.complete(made));
        frozen.close();
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void refusesAStartWithoutStateOnALedgerInUse() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(60);
        commit();
        rig.close();
        assertRefused(Refusal.LEDGER_IN_USE, () -> PipelineRig.fresh(log, sink(), 2).close());
        witness.look();
    }

    @Test
    void startsAgainWithoutStateWhileNothingWasCommitted() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(60);
        rig.close();
        rig = PipelineRig.fresh(log, sink(), 1);
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void refusesAStateThatStoodStillForTooLong() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(60);
        PipelineRig.Snapshot snapshot = commit();
        rig.close();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "update tallyflow.ledger set committed_at = now() - interval '7 days 1 minute'");
        }
        assertRefused(
                Refusal.STATE_EXPIRED,
                () -> PipelineRig.restored(log, sink(), 2, snapshot).close());
        PostgresSinkOptions told =
                options().withStateKept(Duration.ZERO).withPatience(Duration.ofSeconds(5));
        rig = PipelineRig.restored(log, sink(database.connections(), told), 2, snapshot);
        readAll();
        commit();
        witness.demandComplete();
    }

    @Test
    void refusesToRewindToAStateThatIsTooOldThoughTheLedgerIsNot() throws Exception {
        rig = PipelineRig.fresh(log, sink(), 2);
        readSome(60);
        PipelineRig.Snapshot old = commit();
        readSome(60);
        commit();
        rig.close();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "update tallyflow.ledger_history"
                            + " set committed_at = now() - interval '7 days 1 minute'"
                            + " where commit = 1");
        }
        assertRefused(
                Refusal.STATE_EXPIRED,
                () -> PipelineRig.rewound(log, sinkRewindingTo(1, 0), 2, old).close());
        witness.look();
    }

    @Test
    void commitsManyPartsAsOne() throws Exception {
        PostgresSinkOptions tiny = options().withPatience(Duration.ofSeconds(5)).withPartBytes(100);
        rig = PipelineRig.fresh(log, sink(database.connections(), tiny), 3);
        readAll();
        PipelineRig.Snapshot pending = rig.barrier(++checkpoint);
        rig.close();
        rig = PipelineRig.restored(log, sink(database.connections(), tiny), 2, pending);
        witness.demandComplete();
    }

    private void readSome(int records) throws Exception {
        for (int i = 0; i < records; i++) {
            rig.read(i % log.partitions());
            if (i % 7 == 0) {
                rig.advance(Set.of());
            }
        }
    }

    private void readAll() throws Exception {
        while (rig.hasMore()) {
            readSome(30);
        }
    }

    private PipelineRig.Snapshot commit() throws Exception {
        PipelineRig.Snapshot snapshot = rig.barrier(++checkpoint);
        rig.complete(checkpoint);
        return snapshot;
    }

    private void restart(PipelineRig.Snapshot from, int parallelism) throws Exception {
        rig.close();
        rig = PipelineRig.restored(log, sink(), parallelism, from);
    }

    private static PostgresUsageSink sink() {
        return sink(database.connections());
    }

    private static PostgresUsageSink sinkRewindingTo(long commit, long epoch) {
        return sink(
                database.connections(), options().withRewindTo(new RewindTarget(commit, epoch)));
    }

    private static PostgresUsageSink sink(Faults connections) {
        return sink(connections, options());
    }

    private static PostgresUsageSink sink(Faults connections, PostgresSinkOptions options) {
        return new PostgresUsageSink(connections, options);
    }

    private static PostgresSinkOptions options() {
        return PostgresSinkOptions.defaults()
                .withPatience(Duration.ofSeconds(20))
                .withPartBytes(4_000);
    }

    private static void assertRefused(Refusal refusal, ThrowingCallable call) {
        assertThatThrownBy(call)
                .satisfies(
                        e ->
                                assertThat(ExceptionUtils.getThrowableList(e))
                                        .filteredOn(SinkRefusedException.class::isInstance)
                                        .extracting(x -> ((SinkRefusedException) x).refusal())
                                        .containsExactly(refusal));
    }
}
