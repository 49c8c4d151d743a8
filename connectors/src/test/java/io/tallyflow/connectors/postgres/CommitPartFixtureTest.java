package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Pending commits lie in checkpoints: what an earlier version wrote must stay readable. {@code
 * -Dtallyflow.golden=write} writes the newest version's file.
 */
final class CommitPartFixtureTest {

    private static final Path FIXTURE = Path.of("src/test/resources/state/v1/commit-part.bin");
    private static final int VERSION = 1;

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
                    true);
    private static final Adjustment ADJUSTMENT =
            new Adjustment(
                    CELL,
                    AdjustmentReason.LATE,
                    new UsagePartial(1, null, null, null, null, 0, null, null));

    @BeforeEach
    void writeIfAsked() throws IOException {
        if ("write".equals(System.getProperty("tallyflow.golden"))) {
            Files.createDirectories(FIXTURE.getParent());
            Files.write(FIXTURE, CommitPartSerializer.INSTANCE.serialize(part()));
        }
    }

    @Test
    void readsWhatVersionOneWrote() throws IOException {
        CommitPart read =
                CommitPartSerializer.INSTANCE.deserialize(VERSION, Files.readAllBytes(FIXTURE));
        assertThat(read).usingRecursiveComparison().ignoringFields("rows").isEqualTo(part());
        Rows rows = RowsCodec.decode(read.rows());
        assertThat(rows.usage()).containsExactly(ROW);
        assertThat(rows.adjustments()).containsExactly(ADJUSTMENT);
    }

    @Test
    void refusesBytesOfAVersionItDoesNotKnow() {
        assertThat(
                        org.assertj.core.api.Assertions.catchThrowable(
                                () ->
                                        CommitPartSerializer.INSTANCE.deserialize(
                                                VERSION + 1, Files.readAllBytes(FIXTURE))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("format 2, known is 1");
    }

    @Test
    void cutsRowsIntoPartsAndLosesNone() throws IOException {
        List<UsageRow> many = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            many.add(
                    new UsageRow(
                            new UsageCell("m", "s" + i, "{}", 0, 60_000), ROW.partial(), false));
        }
        List<UsageRow> back = new ArrayList<>();
        List<byte[]> parts =
                RowsCodec.encode(new Rows(many, List.of(ADJUSTMENT), List.of()), 10_000);
        assertThat(parts).hasSizeGreaterThan(5);
        for (byte[] part : parts) {
            back.addAll(RowsCodec.decode(part).usage());
        }
        assertThat(back).isEqualTo(many);
    }

    private static CommitPart part() {
        return new CommitPart(
                new CommitName(-5, 7),
                new CommitName(3, 6),
                0,
                1,
                new Progress(
                        new LaneCounts(1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
                        Map.of(2, 11L),
                        12,
                        Map.of("rejected.JSON", 13L)),
                new RewindTarget(41, 2),
                RowsCodec.encode(
                                new Rows(List.of(ROW), List.of(ADJUSTMENT), List.of()),
                                RowsCodec.PART_BYTES)
                        .get(0));
    }
}
