package io.tallyflow.connectors.iceberg.commit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.table.LakeFile;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.write.LakeRecord;
import io.tallyflow.connectors.iceberg.write.LakeRecords;
import io.tallyflow.connectors.iceberg.write.RowLog;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Logs of open files and pending batches lie in checkpoints: what an earlier version wrote must
 * stay readable. {@code -Dtallyflow.golden=write} writes the newest version's files.
 */
final class LakeStateFixtureTest {

    private static final Path STATE = Path.of("src/test/resources/state/v2/lake-state.bin");
    private static final Path LOG = Path.of("src/test/resources/state/v1/lake-log.bin");

    private static final LakeFile FILE = new LakeFile("events", "{\"file-path\":\"é\"}", true);
    private static final LakeState LAKE =
            new LakeState(
                    new CommitName(-5, 42),
                    new CommitName(-5, 40),
                    1_700_000_000_000L,
                    List.of(FILE),
                    List.of(
                            new LakeBatch(
                                    new CommitName(-5, 40),
                                    new CommitName(7, 20),
                                    new CommitName(7, 33),
                                    List.of(FILE, FILE),
                                    Long.MIN_VALUE)));

    private static final LakeRecord ROW =
            LakeRecords.of(
                    new SettledUsage(
                            new UsageCell("tokens", "customer é", "{}", 60_000, 120_000),
                            new UsagePartial(
                                    3,
                                    BigDecimal.ONE,
                                    null,
                                    BigDecimal.TEN.negate(),
                                    null,
                                    0,
                                    null,
                                    null),
                            0,
                            Aggregation.AVG),
                    41);

    @BeforeEach
    void writeIfAsked() throws IOException {
        if ("write".equals(System.getProperty("tallyflow.golden"))) {
            Files.createDirectories(STATE.getParent());
            Files.write(STATE, LAKE.toBytes());
            RowLog log = new RowLog(LakeTable.USAGE);
            log.add(ROW);
            log.add(ROW);
            Files.write(LOG, log.snapshot());
            log.close();
        }
    }

    @Test
    void readsTheCommittersStateOfVersionTwo() throws IOException {
        assertThat(LakeState.fromBytes(Files.readAllBytes(STATE))).isEqualTo(LAKE);
    }

    @Test
    void readsTheLogOfVersionOne() throws IOException {
        List<LakeRecord> rows = new ArrayList<>();
        RowLog.replay(Files.readAllBytes(LOG), rows::add);
        assertThat(rows).hasSize(2);
        for (LakeRecord row : rows) {
            assertThat(row.table()).isEqualTo(LakeTable.USAGE);
            for (int column = 0; column < ROW.size(); column++) {
                assertThat(row.value(column)).isEqualTo(ROW.value(column));
            }
        }
    }

    @Test
    void refusesBytesOfAVersionItDoesNotKnow() throws IOException {
        byte[] state = Files.readAllBytes(STATE);
        state[0] = 3;
        assertThatThrownBy(() -> LakeState.fromBytes(state))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 3, known is 2");
        byte[] log = Files.readAllBytes(LOG);
        log[0] = 2;
        assertThatThrownBy(() -> RowLog.replay(log, row -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 2, known is 1");
    }
}
