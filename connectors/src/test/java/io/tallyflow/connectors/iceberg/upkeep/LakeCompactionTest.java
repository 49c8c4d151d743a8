package io.tallyflow.connectors.iceberg.upkeep;

import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_27;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_28;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.MARCH_1;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.RULES;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.numbers;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.write;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.writeBatches;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.FaultyCatalog.Fault;
import io.tallyflow.connectors.iceberg.commit.LakeFixture;
import io.tallyflow.connectors.iceberg.commit.LakeRig;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeExpiry;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LocalFileIO;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LakeCompactionTest extends LakeDaysTest {

    @Test
    void makesOneFileOfEachClosedDayAndKeepsEveryRowOfEveryTable() throws Exception {
        try (LakeRig rig = days.rig(null)) {
            for (int checkpoint = 1; checkpoint <= 5; checkpoint++) {
                writeAllKinds(rig, checkpoint);
                rig.checkpoint(checkpoint);
            }
        }
        Map<LakeTable, List<Map<String, Object>>> before = allRows();
        List<CompactedDay> done = days.compactAll();
        assertThat(done)
                .extracting(CompactedDay::table)
                .containsExactly(
                        LakeTable.USAGE,
                        LakeTable.USAGE_DISTINCT,
                        LakeTable.ADJUSTMENTS,
                        LakeTable.STALE_EVENTS,
                        LakeTable.EVENTS,
                        LakeTable.EVENTS);
        assertThat(done)
                .allSatisfy(
                        day -> {
                            assertThat(day.filesBefore()).isEqualTo(5);
                            assertThat(day.filesAfter()).isEqualTo(1);
                            assertThat(day.bytesAfter()).isPositive().isLessThan(day.bytesBefore());
                        });
        assertThat(days.filesByDay(LakeTable.EVENTS))
                .isEqualTo(Map.of(FEBRUARY_27, 1, FEBRUARY_28, 1, MARCH_1, 5));
        allRows().forEach((table, rows) -> assertSame(rows, before.get(table)));
        assertThat(days.compactAll()).as("nothing is left to do").isEmpty();
    }

    @Test
    void plansWithoutWriting() throws Exception {
        days.writeEvents(4);
        List<Path> before = days.dataFiles();
        try (Lake tables = Lake.open(lake.options())) {
            assertThat(new LakeCompaction(tables, RULES).plan(LakeTable.EVENTS))
                    .extracting(CompactedDay::day)
                    .containsExactly(FEBRUARY_27, FEBRUARY_28);
            assertThat(new LakeCompaction(tables, new CompactionRules(1, 1_000_000)))
                    .satisfies(
                            older ->
                                    assertThat(older.plan(LakeTable.EVENTS))
                                            .extracting(CompactedDay::day)
                                            .containsExactly(FEBRUARY_27));
        }
        assertThat(days.dataFiles()).isEqualTo(before);
    }

    @Test
    void hasNothingToDoWhileTheLakeDoesNotSayWhatHasSettled() throws Exception {
        try (LakeRig rig = days.rig(null)) {
            for (int checkpoint = 1; checkpoint <= 3; checkpoint++) {
                rig.write(0, LakeFixture.event(checkpoint * 3L));
                rig.checkpoint(checkpoint);
            }
        }
        try (Lake tables = Lake.open(lake.options())) {
            LakeCompaction compaction = new LakeCompaction(tables, RULES);
            assertThat(compaction.closedBefore()).isNull();
            assertThat(compaction.plan(LakeTable.EVENTS)).isEmpty();
        }
    }

    @Test
    void sortsBySubjectThenTimeInRunsThatFitIntoMemory() throws Exception {
        days.writeEvents(4);
        days.compactAll();
        List<Map<String, Object>> rows = days.rowsOf(FEBRUARY_28);
        Comparator<Map<String, Object>> order =
                Comparator.<Map<String, Object>, String>comparing(
                                row -> (String) row.get("subject"))
                        .thenComparing(row -> (Long) row.get("time"));
        assertThat(rows).hasSizeGreaterThan(100).isSortedAccordingTo(order);
        try (Lake tables = Lake.open(lake.options())) {
            Table table = tables.table(LakeTable.EVENTS);
            List<DataFile> all = CompactedLake.files(table, MARCH_1);
            DayRewrite inSmallRuns = new DayRewrite(table, LakeTable.EVENTS, Map.of(), 1_000);
            DataFile written = inSmallRuns.write(List.of(all)).get(0);
            assertSame(CompactedLake.read(List.of(written), table), days.rowsOf(MARCH_1));
            inSmallRuns.abandon();
            assertThat(LocalFileIO.path(written.location())).doesNotExist();
        }
    }

    @Test
    void takesBackExactlyWhatCameLaterWhenAFileHoldsRowsOfManyCheckpoints() throws Exception {
        Snapshot second = days.batches(4).get(1);
        assertThat(days.compactAll()).hasSize(2);
        try (LakeRig rig = days.rewound(second)) {
            write(rig, 1_020, 1_050);
            rig.checkpoint(3);
        }
        List<Long> expected =
                LongStream.concat(LongStream.range(0, 60), LongStream.range(1_020, 1_050))
                        .boxed()
                        .toList();
        assertThat(lake.events()).isEqualTo(expected);
        assertThat(lake.read(LakeTable.EVENTS))
                .extracting(row -> row.get("checkpoint"))
                .containsOnly(1L, 2L, 3L);
    }

    @Test
    void letsTheStreamGoOnAndRestart() throws Exception {
        Snapshot last;
        try (LakeRig rig = days.rig(null)) {
            writeBatches(rig, 1, 2);
            assertThat(days.compactAll()).hasSize(2);
            write(rig, 60, 90);
            last = rig.checkpoint(3);
        }
        assertThat(days.compactAll()).hasSize(2);
        try (LakeRig rig = days.rig(last)) {
            write(rig, 90, 120);
            rig.checkpoint(4);
        }
        assertThat(lake.events()).isEqualTo(numbers(120));
        assertThat(lake.head().commit().checkpoint()).isEqualTo(4);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void keepsEveryRowOnceWhateverTheCatalogSaysOfTheCompaction(Fault fault) throws Exception {
        days.writeEvents(3);
        lake.failNext(fault);
        if (fault == Fault.LOST_REQUEST) {
            assertThatThrownBy(() -> days.compact(FEBRUARY_28))
                    .hasMessageContaining("connection reset");
            assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 3);
        } else {
            assertThat(days.compact(FEBRUARY_28)).isNotNull();
            assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 1);
        }
        assertThat(lake.events()).isEqualTo(numbers(900));
        days.compactAll();
        assertThat(lake.events()).isEqualTo(numbers(900));
        assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 1);
    }

    @Test
    void refusesToGoOnWhenRowsAreMissing() throws Exception {
        days.writeEvents(2);
        try (Lake tables = Lake.open(lake.options())) {
            Table table = tables.table(LakeTable.EVENTS);
            List<DataFile> files = CompactedLake.files(table, MARCH_1);
            DataFile claimsMore =
                    org.apache.iceberg.DataFiles.builder(table.spec())
                            .copy(files.get(0))
                            .withRecordCount(files.get(0).recordCount() + 1)
                            .build();
            DayRewrite rewrite = new DayRewrite(table, LakeTable.EVENTS, Map.of());
            assertThatThrownBy(() -> rewrite.write(List.of(List.of(claimsMore, files.get(1)))))
                    .hasMessageContaining("holds 200 rows")
                    .hasMessageContaining("hold 201");
        }
    }

    @Test
    void forgetsOldSnapshotsButNeverWhatTheStreamStandsAt() throws Exception {
        Snapshot last = days.batches(2).get(1);
        assertThat(days.compactAll()).hasSize(2);
        try (Lake tables = Lake.open(lake.options())) {
            Table events = tables.table(LakeTable.EVENTS);
            new LakeExpiry(1, 1, Duration.ZERO).expire(events);
            assertThat(events.snapshots()).as("the batch and two compactions").hasSize(3);
        }
        try (LakeRig rig = days.rig(last)) {
            write(rig, 60, 90);
            rig.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(90));
    }

    @Test
    void findsOnlyFilesThatNoSnapshotHasAndThatWereWrittenLongBeforeTheNewestBatch()
            throws Exception {
        try (LakeRig rig = days.rig(null)) {
            write(rig, 0, 300);
            rig.checkpoint(1);
            for (Path file : days.dataFiles()) {
                age(file, Duration.ofDays(9));
            }
            write(rig, 300, 600);
            rig.checkpoint(2);
        }
        Path inside = days.dataFiles().get(0).getParent();
        Path old = aged(inside.resolve("old.parquet"), Duration.ofDays(4));
        aged(inside.resolve("young.parquet"), Duration.ofDays(2));
        try (Lake tables = Lake.open(lake.options())) {
            LakeOrphans orphans = new LakeOrphans(tables);
            List<Path> found = orphans.find(LakeTable.EVENTS);
            assertThat(found).containsExactly(old);
            LakeOrphans.remove(found);
            assertThat(orphans.find(LakeTable.EVENTS)).isEmpty();
        }
        assertThat(lake.events()).isEqualTo(numbers(600));
        assertThat(old).doesNotExist();
    }

    private static Path aged(Path file, Duration age) throws IOException {
        Files.writeString(file, "left by a killed writer");
        age(file, age);
        return file;
    }

    private static void age(Path file, Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    private static void writeAllKinds(LakeRig rig, int number) throws Exception {
        long window = Instant.parse("2026-02-27T10:00:00Z").toEpochMilli() + number * 60_000L;
        UsageCell cell = new UsageCell("tokens", "customer é", "{}", window, window + 60_000);
        BigDecimal value = new BigDecimal(number + ".000000000000000001");
        UsagePartial partial =
                new UsagePartial(
                        2, value, value.negate(), value, number == 1 ? null : value, 1, "s", "i");
        Reading late = new Reading("tokens", "{}", window, window + 60_000, value, null);
        rig.write(0, LakeRow.stale(LakeFixture.usageEvent(number, 40)));
        rig.write(0, LakeRow.of(new SettledUsage(cell, partial, 0, Aggregation.SUM)));
        rig.write(0, LakeRow.of(new DistinctValue(cell, "value " + number)));
        rig.write(
                0,
                LakeRow.of(
                        new AdjustedReading(
                                LakeFixture.usageEvent(number, 2), late, AdjustmentReason.LATE)));
        write(rig, number * 30L, number * 30L + 30);
    }

    private Map<LakeTable, List<Map<String, Object>>> allRows() throws IOException {
        Map<LakeTable, List<Map<String, Object>>> rows = new HashMap<>();
        for (LakeTable table : LakeTable.values()) {
            rows.put(table, lake.read(table));
        }
        return rows;
    }

    private static void assertSame(
            List<Map<String, Object>> rows, List<Map<String, Object>> before) {
        assertThat(rows).isNotEmpty().containsExactlyInAnyOrderElementsOf(before);
    }
}
