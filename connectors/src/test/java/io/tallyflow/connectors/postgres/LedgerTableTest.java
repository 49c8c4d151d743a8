package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.progress.LaneCounts;
import java.sql.Connection;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class LedgerTableTest {

    private static final CommitName NAME = new CommitName(7, 3);

    @Test
    void givesBackWhatWasWrittenAndWhatWasRemembered() throws Exception {
        try (PostgresServer.Database database = PostgresServer.migrated();
                Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            LedgerTable table = new LedgerTable(connection, "p");
            table.create(1);
            Ledger full =
                    new Ledger(
                            2,
                            5,
                            NAME,
                            1_000L,
                            400L,
                            Map.of(0, 8L),
                            LaneCounts.ZERO,
                            Map.of("reason", 1L),
                            900L,
                            4);
            for (Ledger ledger : new Ledger[] {full, empty()}) {
                table.write(ledger);
                assertThat(table.lock()).isEqualTo(ledger);
                table.remember(ledger, CommitName.NONE, CommitRows.Written.NOTHING);
                assertThat(table.recall(ledger.name())).isEqualTo(ledger);
            }
            connection.rollback();
        }
    }

    private static Ledger empty() {
        return new Ledger(
                2,
                6,
                new CommitName(7, 4),
                null,
                null,
                Map.of(),
                LaneCounts.ZERO,
                Map.of(),
                null,
                0);
    }
}
