package io.tallyflow.integration.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.results.ledger.LedgerPosition;
import io.tallyflow.results.savepoint.Savepoint;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Postgres is slow or refuses: the lake does nothing that the ledger has not done. */
@Timeout(240)
final class LakeFollowsLedgerIT {

    private static final long START = 1_790_000_000_000L;
    private static final long EVENTS = 5_000;
    private static final Duration PATIENCE = Duration.ofSeconds(25);

    /** A batch of the lake is due every two. */
    private static final Duration LONG = Duration.ofSeconds(5);

    @TempDir private Path directory;
    private Recovery recovery;

    @BeforeEach
    void start() throws Exception {
        recovery =
                new Recovery(
                        directory,
                        GeneratorSettings.anHour(1, EVENTS, START),
                        /* catalogOfItsOwn= */ false);
        recovery.start(null);
        recovery.send(EVENTS / 5);
    }

    @AfterEach
    void stop() {
        recovery.close();
    }

    @Test
    void putsNoBatchInBeforeTheLedgerHasItsCommit() throws Exception {
        try (HeldTable held =
                new HeldTable(
                        recovery.postgres().connect(),
                        "select 1 from tallyflow.ledger for update")) {
            recovery.sendOnly(EVENTS * 2 / 5);
            Recovery.await(() -> held.waiting() > 0, PATIENCE, "nobody wants to commit");
            String before = recovery.lakeStandsAt();
            recovery.run(LONG);
            assertThat(recovery.lakeStandsAt()).isEqualTo(before);
        }
        recovery.demandTruth(EVENTS);
    }

    @Test
    void goesBackOnlyWhenTheLedgerHas() throws Exception {
        Savepoint savepoint = recovery.savepoint(/* stop= */ false);
        recovery.send(EVENTS * 2 / 5);
        recovery.stop();
        String before = recovery.lakeStandsAt();
        LedgerPosition now = recovery.position();
        long target = recovery.recorded(savepoint).position().commit();
        try (HeldTable held =
                new HeldTable(
                        recovery.postgres().connect(),
                        "lock table tallyflow.rewind in exclusive mode")) {
            recovery.start(savepoint, "--rewind-to", target + "@" + now.epoch());
            Recovery.await(() -> held.waiting() > 0, PATIENCE, "nobody wants to go back");
            recovery.run(LONG);
            assertThat(recovery.lakeStandsAt()).isEqualTo(before);
        }
        recovery.demandTruth(EVENTS);
        assertThat(recovery.lakeStandsAt()).endsWith(" of epoch 1");
        assertThat(recovery.position().epoch()).isEqualTo(1);
    }

    @Test
    void neverShowsTheBatchOfATwin() throws Exception {
        Savepoint savepoint = recovery.savepoint(/* stop= */ true);
        String before = recovery.lakeStandsAt();
        RunningJob twin;
        try (HeldTable held =
                new HeldTable(
                        recovery.postgres().connect(),
                        "lock table tallyflow.ledger_history in exclusive mode")) {
            recovery.start(savepoint);
            twin = recovery.startTwin(savepoint);
            recovery.sendOnly(EVENTS * 2 / 5);
            Recovery.await(() -> held.waiting() > 1, PATIENCE, "the two do not meet");
            recovery.run(LONG);
            assertThat(recovery.lakeStandsAt()).isEqualTo(before);
        }
        recovery.goOnWithTheLastOf(twin);
        recovery.demandTruth(EVENTS);
    }
}
