package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.refusal.CommitLedger.CommitStanding;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class LedgerInPostgresTest {

    private PostgresServer.Database database;
    private LoginUser writer;
    private LedgerInPostgres ledger;

    @BeforeEach
    void open() throws SQLException {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        ledger = new LedgerInPostgres(writer.connections(), "metering");
    }

    @AfterEach
    void drop() throws SQLException {
        ledger.close();
        writer.close();
        database.close();
    }

    @Test
    void isEmptyUntilTheFirstCommit() throws Exception {
        assertThat(ledger.isEmpty()).isTrue();
        execute("insert into tallyflow.ledger (pipeline, commit) values ('metering', 0)");
        execute("insert into tallyflow.ledger (pipeline, commit) values ('other', 7)");
        assertThat(ledger.isEmpty()).isTrue();
        execute("update tallyflow.ledger set commit = 1 where pipeline = 'metering'");
        assertThat(ledger.isEmpty()).isFalse();
    }

    @Test
    void knowsWhereCommitsStandThatHaveLeftTheHistory() throws Exception {
        remember(4, 7, 13, null);
        execute("insert into tallyflow.abandoned_commit values ('metering', 8, 20, 1, 6, 2)");
        assertThat(ledger.find(new CommitName(7, 13))).isEqualTo(new CommitStanding(0, false));
        assertThat(ledger.find(new CommitName(7, 12)))
                .as("a later one of its start is there")
                .isEqualTo(new CommitStanding(0, false));
        assertThat(ledger.find(new CommitName(7, 14))).isNull();
        assertThat(ledger.find(new CommitName(8, 20))).isEqualTo(new CommitStanding(1, true));
        assertThat(ledger.find(new CommitName(8, 19)))
                .as("what one of its start followed was taken back with it")
                .isEqualTo(new CommitStanding(1, true));
        assertThat(ledger.find(new CommitName(8, 21))).isNull();
    }

    @Test
    void takesTheWordOfTheCommitItselfBeforeThatOfALaterOne() throws Exception {
        remember(5, 7, 14, 1L);
        remember(4, 7, 13, null);
        assertThat(ledger.find(new CommitName(7, 13))).isEqualTo(new CommitStanding(0, false));
        assertThat(ledger.find(new CommitName(7, 14))).isEqualTo(new CommitStanding(0, true));
        execute("insert into tallyflow.abandoned_commit values ('metering', 7, 15, 0, 6, 1)");
        remember(9, 7, 16, null);
        assertThat(ledger.find(new CommitName(7, 15))).isEqualTo(new CommitStanding(0, true));
    }

    @Test
    void saysThatItCannotBeAskedAndIsAskedAgain() throws Exception {
        remember(4, 7, 13, null);
        execute("alter table tallyflow.ledger_history rename to away");
        assertThatThrownBy(() -> ledger.find(new CommitName(7, 13)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the ledger cannot be asked");
        execute("alter table tallyflow.away rename to ledger_history");
        assertThat(ledger.find(new CommitName(7, 13))).isEqualTo(new CommitStanding(0, false));
    }

    private void remember(long commit, long token, long checkpoint, @Nullable Long abandonedIn)
            throws SQLException {
        execute(
                """
                insert into tallyflow.ledger_history (pipeline, epoch, commit, token, checkpoint,
                    prev_token, prev_checkpoint, committed_at, offsets, consumed, metered,
                    unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored,
                    reasons, abandoned_in_epoch)
                values ('metering', 0, %d, %d, %d, 0, 0, now(), '{}', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    '{}', %s)
                """
                        .formatted(commit, token, checkpoint, abandonedIn));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
