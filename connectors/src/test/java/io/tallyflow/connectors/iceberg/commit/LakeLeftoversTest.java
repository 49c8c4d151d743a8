package io.tallyflow.connectors.iceberg.commit;

import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_27;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_28;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.MARCH_1;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.numbers;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.OutsideEngine;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeLock;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.connectors.iceberg.upkeep.CompactedLake;
import io.tallyflow.connectors.iceberg.upkeep.LakeCompaction;
import io.tallyflow.connectors.iceberg.upkeep.LakeDaysTest;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Files that are written again leave nothing behind, and are written again as they were. */
final class LakeLeftoversTest extends LakeDaysTest {

    private Snapshot second;

    /** Each day's file has rows that a rewind to the second batch keeps, and rows that go. */
    @BeforeEach
    void compactThreeBatches() throws Exception {
        second = days.batches(3).get(1);
        for (int day = 0; day < 3; day++) {
            days.compact(MARCH_1.minusDays(day));
        }
    }

    @Test
    void leavesNothingOfARewindWhoseLockWasLostBeforeTheCommit() throws Exception {
        List<Path> before = days.dataFiles();
        for (int answers = 0; answers <= 3; answers++) {
            Runnable check = lostAfter(answers);
            assertThatThrownBy(() -> back(check)).hasMessage("the lock was lost");
            assertThat(days.dataFiles()).isEqualTo(before);
        }
        assertThat(lake.events()).isEqualTo(numbers(90));
        back(lostAfter(4));
        assertThat(lake.events()).isEqualTo(numbers(60));
    }

    @Test
    void leavesNothingOfARewindThatWasOvertaken() throws Exception {
        try (LakeRig rig = days.rewound(second)) {
            write(rig, 60, 63);
            lake.overtake(LakeTable.values().length - 1, this::deleteOne);
            rig.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(63).stream().filter(n -> n != 4).toList());
        assertThat(days.dataFiles().stream().filter(LakeLeftoversTest::isRewound))
                .hasSize(3)
                .allMatch(file -> inTable().contains(file.getFileName().toString()));
    }

    private Object deleteOne() throws IOException {
        new OutsideEngine(lake).deleteByPosition("4");
        return lake;
    }

    /** A table that others partition in another way from now on. */
    @Test
    void writesAFileAgainInThePartitionsThatItHas() throws Exception {
        try (Lake tables = Lake.open(lake.options())) {
            tables.table(LakeTable.EVENTS)
                    .updateSpec()
                    .removeField("time_day")
                    .addField(Expressions.bucket("subject", 4))
                    .commit();
        }
        back(() -> {});
        assertThat(lake.events()).isEqualTo(numbers(60));
        assertThat(days.filesByDay(LakeTable.EVENTS))
                .isEqualTo(Map.of(FEBRUARY_27, 1, FEBRUARY_28, 1, MARCH_1, 1));
        try (Lake tables = Lake.open(lake.options());
                CloseableIterable<FileScanTask> tasks =
                        tables.table(LakeTable.EVENTS).newScan().planFiles()) {
            assertThat(tasks).allMatch(task -> task.file().specId() == 0);
        }
    }

    @Test
    void leavesNothingOfACompactionThatGotNoLock() throws Exception {
        try (LakeRig rig = days.rewound(second)) {
            write(rig, 60, 90);
            rig.checkpoint(3);
        }
        List<Path> before = days.dataFiles();
        LakeOptions nowhere =
                LakeOptions.of(
                        Map.of("type", "jdbc", "uri", "jdbc:postgresql://127.0.0.1:1/none"),
                        "metering",
                        Duration.ofSeconds(1));
        try (Lake tables = Lake.open(lake.options())) {
            LakeCompaction compaction =
                    new LakeCompaction(tables, CompactedLake.RULES, LakeLock.of(nowhere));
            assertThatThrownBy(() -> compaction.compact(LakeTable.EVENTS, FEBRUARY_28))
                    .hasMessageContaining("gives no lock");
        }
        assertThat(days.dataFiles()).isEqualTo(before);
    }

    @Test
    void refusesToGoBackOverDeletesThatItCannotRead() throws Exception {
        new OutsideEngine(lake).deleteInAvro("61");
        assertThatThrownBy(() -> days.rewound(second))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("LAKE_REFUSED")
                .hasMessageContaining("delete files of format AVRO cannot be read here");
        assertThat(lake.ledger().epoch()).isZero();
    }

    /** The events, to the second batch. */
    private void back(Runnable check) throws IOException {
        CommitName next = new CommitName(9, 3);
        SnapshotNote note =
                new SnapshotNote(
                        new Position(next, 1),
                        lake.head().commit(),
                        0,
                        new Position(second.commit(), 0));
        try (Lake tables = Lake.open(lake.options())) {
            new LakeRewind(tables.table(LakeTable.EVENTS), LakeTable.EVENTS, "metering")
                    .back(note, List.of(), check);
        }
    }

    private static Runnable lostAfter(int answers) {
        Iterator<Integer> left = java.util.stream.IntStream.range(0, answers).iterator();
        return () -> {
            if (!left.hasNext()) {
                throw new IllegalStateException("the lock was lost");
            }
            left.next();
        };
    }

    private static boolean isRewound(Path file) {
        return file.getFileName().toString().startsWith("rewound-");
    }

    private List<String> inTable() {
        List<String> names = new ArrayList<>();
        try (Lake tables = Lake.open(lake.options())) {
            Table table = tables.table(LakeTable.EVENTS);
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                tasks.forEach(
                        task ->
                                names.add(
                                        Path.of(task.file().location()).getFileName().toString()));
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return names;
    }
}
