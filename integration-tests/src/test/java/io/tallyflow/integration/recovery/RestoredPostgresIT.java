package io.tallyflow.integration.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.results.ledger.LedgerPosition;
import io.tallyflow.results.savepoint.Savepoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Postgres is lost and restored from its backup to a moment before the newest state; what the page
 * on backups says happens then, and how results become exact again.
 */
@Timeout(600)
final class RestoredPostgresIT {

    private static final long EVENTS = 40_000;
    private static final long START = 1_790_000_000_000L;

    @TempDir Path directory;

    /** The moment lies between a savepoint and the newest state; the lake was not restored. */
    @Test
    void goesBackToASavepointBeforeTheMomentAndTheLakeWithIt() throws Exception {
        try (Recovery recovery = recovery(/* catalogOfItsOwn= */ true)) {
            recovery.start(null);
            recovery.send(EVENTS / 5);
            recovery.postgres().backUp();
            Savepoint early = recovery.savepoint(/* stop= */ false);
            recovery.send(EVENTS * 2 / 5);
            recovery.postgres().mark("moment");
            recovery.send(EVENTS * 3 / 5);
            Savepoint newest = recovery.savepoint(/* stop= */ true);
            LedgerPosition lost = recovery.position();
            recovery.postgres().lose();
            recovery.postgres().restoreTo("moment");

            LedgerPosition restored = recovery.position();
            assertThat(restored.commit()).isLessThan(lost.commit());
            LedgerPosition target = recovery.recorded(early).position();
            assertThat(target.commit()).isLessThan(restored.commit());
            assertThatThrownBy(() -> recovery.start(newest))
                    .hasMessageContaining("SINK_REGRESSED: ");
            assertThatThrownBy(() -> recovery.start(early))
                    .hasMessageContaining("SINK_REGRESSED: ");
            assertThat(recovery.position()).isEqualTo(restored);

            recovery.start(early, "--rewind-to", target.commit() + "@" + restored.epoch());
            recovery.demandTruth(EVENTS);
            assertThat(recovery.position().epoch()).isEqualTo(1);
        }
    }

    /** The moment is that of a savepoint, and the lake's catalog was in the same database. */
    @Test
    void goesOnFromTheSavepointOfTheMomentWithoutAnythingElse() throws Exception {
        try (Recovery recovery = recovery(/* catalogOfItsOwn= */ false)) {
            recovery.start(null);
            recovery.postgres().backUp();
            recovery.send(EVENTS / 5);
            Savepoint moment = recovery.savepoint(/* stop= */ true);
            recovery.postgres().mark("moment");
            recovery.start(moment);
            recovery.send(EVENTS * 2 / 5);
            recovery.stop();
            recovery.postgres().lose();
            recovery.postgres().restoreTo("moment");

            recovery.start(moment);
            recovery.demandTruth(EVENTS);
            assertThat(recovery.position().epoch()).isZero();
        }
    }

    /** As before, but the lake was not restored: it is ahead of a ledger that needs no rewind. */
    @Test
    void takesBackALakeAloneThatIsAheadOfTheRestoredLedger() throws Exception {
        try (Recovery recovery = recovery(/* catalogOfItsOwn= */ true)) {
            recovery.start(null);
            recovery.postgres().backUp();
            recovery.send(EVENTS / 5);
            Savepoint moment = recovery.savepoint(/* stop= */ true);
            recovery.postgres().mark("moment");
            recovery.start(moment);
            recovery.send(EVENTS * 2 / 5);
            recovery.stop();
            recovery.postgres().lose();
            recovery.postgres().restoreTo("moment");

            LedgerPosition restored = recovery.position();
            assertThatThrownBy(() -> recovery.start(moment))
                    .hasMessageContaining("SINK_REGRESSED: ")
                    .hasMessageContaining("lake table");
            recovery.start(moment, "--rewind-to", restored.commit() + "@" + restored.epoch());
            recovery.send(EVENTS * 3 / 5);
            assertThat(recovery.position().epoch()).isEqualTo(1);
            Savepoint later = recovery.savepoint(/* stop= */ false);
            recovery.send(EVENTS * 4 / 5);
            recovery.stop();
            LedgerPosition now = recovery.position();
            long target = recovery.recorded(later).position().commit();
            recovery.start(later, "--rewind-to", target + "@" + now.epoch());
            recovery.demandTruth(EVENTS);
        }
    }

    private Recovery recovery(boolean catalogOfItsOwn) throws Exception {
        return new Recovery(directory, GeneratorSettings.anHour(1, EVENTS, START), catalogOfItsOwn);
    }
}
