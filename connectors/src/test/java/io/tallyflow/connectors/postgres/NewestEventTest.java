package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import java.sql.Connection;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the ledger knows of the newest event: the boundary of a changed meter hangs on it. */
class NewestEventTest {

    private static final CommitName FIRST = new CommitName(7, 1);
    private static final CommitName SECOND = new CommitName(7, 2);
    private static final CommitName THIRD = new CommitName(7, 3);

    @Test
    void isTheGreatestOfAllCommitsAndGoesBackWithTheLedger() throws Exception {
        try (PostgresServer.Database database = PostgresServer.migrated();
                Connection connection = database.connect()) {
            LedgerTable table = new LedgerTable(connection, "metering");
            table.create(1);
            assertThat(table.lock().newestMillis()).isNull();
            commit(table, FIRST, CommitName.NONE, 5_000);
            assertThat(table.lock().newestMillis()).isEqualTo(5_000);
            commit(table, SECOND, FIRST, 3_000);
            assertThat(table.lock().newestMillis()).as("an older one").isEqualTo(5_000);
            commit(table, THIRD, SECOND, Progress.NO_EVENT);
            assertThat(table.lock().newestMillis()).as("none at all").isEqualTo(5_000);
            commit(table, new CommitName(7, 4), THIRD, 9_000);
            assertThat(table.lock().newestMillis()).isEqualTo(9_000);
            assertThat(table.recall(THIRD).newestMillis()).isEqualTo(5_000);
        }
    }

    private static void commit(
            LedgerTable table, CommitName name, CommitName previous, long newestMillis)
            throws Exception {
        Progress progress =
                Progress.of(
                        LaneCounts.ZERO, Map.of(), Progress.NO_WATERMARK, Map.of(), newestMillis);
        Ledger next = table.lock().after(name, progress, Duration.ofMinutes(10));
        table.write(next);
        table.remember(next, previous, CommitRows.Written.NOTHING);
    }
}
