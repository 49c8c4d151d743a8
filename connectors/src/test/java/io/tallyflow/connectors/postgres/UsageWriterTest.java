package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.rows.PartRows;
import io.tallyflow.connectors.postgres.rows.PartSummary;
import io.tallyflow.connectors.postgres.rows.RowBlock;
import io.tallyflow.connectors.postgres.rows.RowKind;
import io.tallyflow.connectors.postgres.rows.RowsCodec;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageChange;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.junit.jupiter.api.Test;

/** What a writer holds while no barrier comes, as when Postgres stands still. */
final class UsageWriterTest {

    private static final int PART_BYTES = 64 * 1024;
    private static final long HELD_BYTES = 8L * 1024 * 1024;
    private static final SinkWriter.Context CONTEXT =
            new SinkWriter.Context() {
                @Override
                public long currentWatermark() {
                    return 0;
                }

                @Override
                public Long timestamp() {
                    return null;
                }
            };

    private final List<Long> pauses = new ArrayList<>();
    private final UsageWriter writer =
            new UsageWriter(
                    new WriterBudget(PART_BYTES, HELD_BYTES, Duration.ofSeconds(5)), pauses::add);

    @Test
    void collapsesRowsOfOneKeyAndNotOfItsShards() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            write(row("s", i, 0));
            write(row("s", i, 1));
        }
        CommitPart only = only(writer.prepareCommit());
        assertThat(RowsCodec.summary(only.rows()).count(RowKind.FIRST_USAGE)).isEqualTo(2);
    }

    @Test
    void keepsARowTheFirstOneHoweverOftenItIsReplacedBeforeTheBarrier() throws Exception {
        write(row("s", 1, 0));
        write(new UsageRow(cell("s"), partial(2), false, 0, false));
        write(new UsageRow(cell("known"), partial(2), false, 0, false));
        PartSummary summary = RowsCodec.summary(only(writer.prepareCommit()).rows());
        assertThat(summary.count(RowKind.FIRST_USAGE)).isEqualTo(1);
        assertThat(summary.count(RowKind.CHANGED_USAGE)).isEqualTo(1);
    }

    @Test
    void encodesEachPartAsSoonAsItIsFull() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            write(row("subject-" + i, i, 0));
        }
        // Half of a row is text; compressed it is far less, but never nothing.
        assertThat(writer.heldBytes()).isBetween(20_000L, 1_000_000L);
        Collection<CommitPart> parts = writer.prepareCommit();
        assertThat(parts).hasSizeGreaterThan(20);
        int rows = 0;
        for (CommitPart part : parts) {
            RowBlock usage = RowsCodec.decode(part.rows()).of(RowKind.FIRST_USAGE);
            assertThat(usage.columns().stream().mapToInt(column -> column.length).sum())
                    .isBetween(1, 2 * PART_BYTES);
            rows += usage.count();
        }
        assertThat(rows).isEqualTo(10_000);
        assertThat(writer.heldBytes()).isZero();
    }

    @Test
    void pausesAfterEachPartWhileItHoldsTooMuch() throws Exception {
        long rows = 0;
        while (pauses.isEmpty()) {
            write(row("subject-" + rows, Long.hashCode(rows * 0x9E3779B97F4A7C15L), 0));
            rows++;
        }
        assertThat(pauses.get(0)).isBetween(HELD_BYTES, HELD_BYTES * 101 / 100);
        for (int i = 0; i < 10_000; i++) {
            write(row("subject-" + rows++, i, 0));
        }
        assertThat(pauses).hasSizeBetween(20, 60);
        assertThat(writer.prepareCommit()).hasSizeGreaterThan(100);
        write(row("s", 1, 0));
        assertThat(writer.prepareCommit()).hasSize(1);
    }

    @Test
    void letsAHundredThousandCellsOfAFrozenPostgresTakeAFewMebibytes() throws Exception {
        for (int i = 0; i < 100_000; i++) {
            write(row("subject-" + i, i, 0));
        }
        assertThat(writer.heldBytes()).isLessThan(6_000_000);
    }

    @Test
    void sendsProgressWithTheFirstPartAndOnce() throws Exception {
        Progress progress =
                Progress.of(
                        LaneCounts.inOrder(1, 1, 0, 0, 0, 0, 0, 1, 0, 0),
                        Map.of(0, 1L),
                        5,
                        Map.of(),
                        Progress.NO_EVENT);
        writer.write(UsageChange.of(progress), CONTEXT);
        for (int i = 0; i < 1_000; i++) {
            write(row("subject-" + i, i, 0));
        }
        List<CommitPart> parts = List.copyOf(writer.prepareCommit());
        assertThat(parts).hasSizeGreaterThan(2);
        assertThat(parts.get(0).progress()).isEqualTo(Progress.NONE.plus(progress));
        assertThat(parts.subList(1, parts.size()))
                .allMatch(part -> part.progress().equals(Progress.NONE));
        assertThat(only(writer.prepareCommit()).progress()).isEqualTo(Progress.NONE);
    }

    @Test
    void addsAdjustmentsOfACellUp() throws Exception {
        for (int i = 0; i < 10; i++) {
            writer.write(
                    UsageChange.of(new Adjustment(cell("s"), AdjustmentReason.LATE, partial(i))),
                    CONTEXT);
        }
        CommitPart only = only(writer.prepareCommit());
        assertThat(RowsCodec.summary(only.rows()).count(RowKind.ADJUSTMENT)).isEqualTo(1);
    }

    @Test
    void takesNoLongerForTextsOfOneHashThanForOthers() throws Exception {
        for (int round = 0; round < 3; round++) {
            fillNanos(i -> Integer.toString(i));
        }
        long others = fillNanos(i -> "%040d".formatted(i * 0x9E3779B9L & 0xFFFFFFFFL));
        assertThat(fillNanos(UsageWriterTest::textOfOneHash))
                .isLessThan(20 * others + Duration.ofSeconds(1).toNanos());
    }

    /** Time of the processor to write rows, adjustments and values of as many texts, twice. */
    private long fillNanos(IntFunction<String> texts) throws Exception {
        UsageWriter large =
                new UsageWriter(
                        new WriterBudget(1 << 30, HELD_BYTES, Duration.ofSeconds(5)), pauses::add);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        for (int i = 0; i < 40_000; i++) {
            String text = texts.apply(i % 20_000);
            large.write(UsageChange.of(row(text, 1, 0)), CONTEXT);
            large.write(
                    UsageChange.of(new Adjustment(cell(text), AdjustmentReason.VOID, partial(1))),
                    CONTEXT);
            large.write(UsageChange.of(new DistinctValue(cell("s"), text)), CONTEXT);
        }
        return threads.getCurrentThreadCpuTime() - before;
    }

    private static String textOfOneHash(int number) {
        StringBuilder text = new StringBuilder();
        for (int pair = 0; pair < 20; pair++) {
            text.append((number >>> pair & 1) == 0 ? "Aa" : "BB");
        }
        return text.toString();
    }

    @Test
    void closesAPartBeforeItTakesMoreWithWhateverTextsAndNumbers() throws Exception {
        String wide = "\u65e5".repeat(85);
        BigDecimal long38 = new BigDecimal("99999999999999999999.999999999999999999");
        BigDecimal tiny = new BigDecimal("0.000000000000000001");
        UsagePartial partial =
                new UsagePartial(9, long38.negate(), tiny, long38, tiny, 1, wide, wide);
        int largestRow = 0;
        for (int i = 0; i < 3_000; i++) {
            UsageCell cell = cell(i + wide);
            boolean first = i % 2 == 0;
            UsageRow row = new UsageRow(cell, partial, false, 0, first);
            largestRow = Math.max(largestRow, PartBytes.of(row));
            // What it grows by when it is replaced counts as well.
            write(new UsageRow(cell, UsagePartials.NONE, false, 0, first));
            write(row);
            writer.write(
                    UsageChange.of(new Adjustment(cell, AdjustmentReason.BACKFILL, partial)),
                    CONTEXT);
            writer.write(UsageChange.of(new DistinctValue(cell, i + "\ud83d\ude80")), CONTEXT);
        }
        for (CommitPart part : writer.prepareCommit()) {
            assertThat(plainBytes(part)).isLessThan(PART_BYTES + largestRow);
        }
    }

    @Test
    void countsLittleMoreThanAPartTakes() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            write(row("subject-" + i, i, 0));
        }
        List<CommitPart> parts = List.copyOf(writer.prepareCommit());
        for (CommitPart part : parts.subList(0, parts.size() - 1)) {
            assertThat(plainBytes(part)).isBetween(PART_BYTES * 3 / 4, PART_BYTES + 500);
        }
    }

    private static int plainBytes(CommitPart part) throws IOException {
        PartRows rows = RowsCodec.decode(part.rows());
        int bytes = 0;
        for (RowKind kind : RowKind.values()) {
            for (byte[] column : rows.of(kind).columns()) {
                bytes += Integer.BYTES + column.length;
            }
        }
        for (String layer : rows.layers()) {
            bytes += Integer.BYTES + layer.length();
        }
        return bytes;
    }

    private void write(UsageRow row) throws InterruptedException {
        writer.write(UsageChange.of(row), CONTEXT);
    }

    private static CommitPart only(Collection<CommitPart> parts) {
        assertThat(parts).hasSize(1);
        return parts.iterator().next();
    }

    private static UsageRow row(String subject, long value, int shard) {
        return new UsageRow(cell(subject), partial(value), false, shard, true);
    }

    private static UsageCell cell(String subject) {
        return new UsageCell("tokens", subject, "{\"model\":\"m\"}", 60_000, 120_000);
    }

    private static UsagePartial partial(long value) {
        BigDecimal number = BigDecimal.valueOf(value);
        return new UsagePartial(
                1, number, number, number, number, value * 1_000, "source", "id-" + value);
    }
}
