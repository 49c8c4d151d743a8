package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.rows.PartSummary;
import io.tallyflow.connectors.postgres.rows.RowKind;
import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsCodec;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Pending commits lie in checkpoints: what an earlier version wrote must stay readable. {@code
 * -Dtallyflow.golden=write} writes the newest version's file.
 */
final class CommitPartFixtureTest {

    private static final Path FIXTURES = Path.of("src/test/resources/state");
    private static final int NEWEST = 4;

    private static final UsageCell CELL =
            new UsageCell("tokens", "customer é", "{\"model\":\"m\"}", 60_000, 120_000);
    private static final UsageRow ROW =
            new UsageRow(
                    CELL,
                    new UsagePartial(
                            2,
                            new BigDecimal("99999999999999999999.000000000000000001"),
                            BigDecimal.ONE.negate(),
                            BigDecimal.TEN,
                            BigDecimal.ONE,
                            61_000_001,
                            "source",
                            "id"),
                    true,
                    0,
                    true);
    private static final Adjustment ADJUSTMENT =
            new Adjustment(
                    CELL,
                    AdjustmentReason.LATE,
                    new UsagePartial(1, null, null, null, null, 0, null, null));

    @BeforeEach
    void writeIfAsked() throws IOException {
        if ("write".equals(System.getProperty("tallyflow.golden"))) {
            Files.createDirectories(fixture().getParent());
            Files.write(fixture(), CommitPartSerializer.INSTANCE.serialize(part()));
        }
    }

    @Test
    void readsWhatWasWritten() throws IOException {
        CommitPart read =
                CommitPartSerializer.INSTANCE.deserialize(NEWEST, Files.readAllBytes(fixture()));
        assertThat(read).usingRecursiveComparison().ignoringFields("rows").isEqualTo(part());
        assertThat(RowsCodec.decode(read.rows()))
                .usingRecursiveComparison()
                .isEqualTo(RowsCodec.decode(part().rows()));
    }

    @Test
    void countsRowsWithoutUnpackingThem() throws IOException {
        byte[] rows = part().rows();
        PartSummary summary = RowsCodec.summary(rows);
        assertThat(summary.count(RowKind.CELL)).isEqualTo(1);
        assertThat(summary.count(RowKind.FIRST_USAGE)).isEqualTo(1);
        assertThat(summary.count(RowKind.ADJUSTMENT)).isEqualTo(1);
        assertThat(summary.count(RowKind.DISTINCT)).isZero();
        assertThat(summary.results()).isEqualTo(2);
        assertThat(summary.usageFromMillis()).isEqualTo(60_000);
        assertThat(summary.usageUntilMillis()).isEqualTo(60_000);
    }

    @Test
    void refusesBytesOfAVersionItDoesNotKnow() {
        assertThatThrownBy(
                        () ->
                                CommitPartSerializer.INSTANCE.deserialize(
                                        NEWEST + 1, Files.readAllBytes(fixture())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 5, known is 4");
    }

    @Test
    void refusesRowsThatAreDamaged() {
        byte[] rows = part().rows();
        byte[] cut = Arrays.copyOf(rows, rows.length - 1);
        assertThatThrownBy(() -> RowsCodec.decode(cut))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("damaged");
        rows[0] = 9;
        assertThatThrownBy(() -> RowsCodec.decode(rows))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 9");
    }

    private static Path fixture() {
        return FIXTURES.resolve("v1").resolve("commit-part.bin");
    }

    private static CommitPart part() {
        return new CommitPart(
                new CommitName(-5, 7),
                new CommitName(3, 6),
                0,
                1,
                new Progress(
                        LaneCounts.inOrder(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
                        Map.of(2, 11L),
                        12,
                        Map.of("rejected.JSON", 13L),
                        Map.of(14L, 15L),
                        Map.of(16, 17L)),
                new RewindTarget(41, 2),
                new RowsEncoder().encode(new Rows(List.of(ROW), List.of(ADJUSTMENT), List.of())));
    }
}
