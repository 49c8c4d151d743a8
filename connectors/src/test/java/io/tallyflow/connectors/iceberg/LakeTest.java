package io.tallyflow.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.FaultyCatalog.Fault;
import io.tallyflow.connectors.iceberg.commit.LakeFixture;
import io.tallyflow.connectors.iceberg.commit.LakeRig;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeExpiry;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.schemas.commit.RewindTarget;
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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every checkpoint is due unless a test says otherwise. */
final class LakeTest {

    private static final LakeSchedule EVERY = new LakeSchedule(1);
    private static final LakeSchedule EVERY_THIRD = new LakeSchedule(3);

    @TempDir private Path folder;
    private LakeFixture lake;

    @BeforeEach
    void makeTables() throws IOException {
        lake = new LakeFixture(folder);
    }

    @AfterEach
    void dropCatalog() {
        lake.close();
    }

    @Test
    void holdsARowOfEveryKindInTheColumnsOfItsTable() throws Exception {
        UsageCell cell =
                new UsageCell("tokens", "customer é", "{\"model\":\"m\"}", 60_000, 120_000);
        UsagePartial partial =
                new UsagePartial(
                        2,
                        new BigDecimal("99999999999999999999.000000000000000001"),
                        BigDecimal.ONE.negate(),
                        BigDecimal.TEN,
                        new BigDecimal("0.5"),
                        61_000_001,
                        "gateway",
                        "e1");
        Reading late = new Reading("tokens", "{}", 60_000, 120_000, BigDecimal.TEN, null);
        try (LakeRig rig = rig(EVERY, 1, null)) {
            rig.write(0, LakeFixture.event(5));
            rig.write(0, LakeRow.stale(LakeFixture.usageEvent(6, 40)));
            rig.write(0, LakeRow.of(new SettledUsage(cell, partial, 0, Aggregation.SUM)));
            rig.write(0, LakeRow.of(new DistinctValue(cell, "value")));
            rig.write(
                    0,
                    LakeRow.of(
                            new AdjustedReading(
                                    LakeFixture.usageEvent(7, 0), late, AdjustmentReason.LATE)));
            rig.write(0, LakeRow.settledUntil(120_000));
            rig.checkpoint(1);
        }
        assertThat(lake.events()).containsExactly(5L);
        assertThat(only(LakeTable.STALE_EVENTS).get("id")).isEqualTo("6");
        Map<String, Object> usage = only(LakeTable.USAGE);
        assertThat(usage.get("subject")).isEqualTo("customer é");
        assertThat(usage.get("value"))
                .isEqualTo(new BigDecimal("99999999999999999999.000000000000000001"));
        assertThat(usage.get("latest_at")).isEqualTo(61_000_001L);
        assertThat(usage.get("window_end")).isEqualTo(120_000_000L);
        assertThat(only(LakeTable.USAGE_DISTINCT).get("value")).isEqualTo("value");
        Map<String, Object> adjustment = only(LakeTable.ADJUSTMENTS);
        assertThat(adjustment.get("reason")).isEqualTo("late");
        assertThat(adjustment.get("id")).isEqualTo("7");
        for (LakeTable table : LakeTable.values()) {
            assertThat(lake.head(table).commit().checkpoint()).isEqualTo(1);
            assertThat(lake.head(table).settledUntilMillis()).isEqualTo(120_000);
        }
    }

    @Test
    void keepsFilesOpenUntilACheckpointIsDue() throws Exception {
        try (LakeRig rig = rig(EVERY_THIRD, 1, null)) {
            rig.write(0, LakeFixture.event(0));
            rig.checkpoint(1);
            rig.write(0, LakeFixture.event(3));
            rig.checkpoint(2);
            assertThat(lake.events()).isEmpty();
            rig.write(0, LakeFixture.event(6));
            rig.checkpoint(3);
            assertThat(lake.events()).containsExactly(0L, 3L, 6L);
            assertThat(files("events")).hasSize(1);
        }
    }

    @Test
    void writesRowsOfAnOpenFileAgainAfterAKill() throws Exception {
        Snapshot second;
        try (LakeRig rig = rig(EVERY_THIRD, 2, null)) {
            write(rig, 2, 0, 100);
            rig.checkpoint(1);
            write(rig, 2, 100, 150);
            second = rig.checkpoint(2);
            write(rig, 2, 150, 170); // lost with the process, and read again
        }
        try (LakeRig rig = rig(EVERY_THIRD, 2, second)) {
            write(rig, 2, 150, 200);
            rig.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(200));
        assertThat(checkpoints()).containsOnly(1L, 2L, 3L);
    }

    @Test
    void putsAPendingBatchInWhenTheNoticeWasLostWithTheProcess() throws Exception {
        Snapshot first;
        try (LakeRig rig = rig(EVERY, 1, null)) {
            write(rig, 1, 0, 10);
            first = rig.barrier(1);
        }
        assertThat(lake.events()).isEmpty();
        try (LakeRig rig = rig(EVERY, 1, first)) {
            assertThat(lake.events()).isEqualTo(numbers(10));
        }
        try (LakeRig rig = rig(EVERY, 1, first)) {
            assertThat(lake.events()).isEqualTo(numbers(10));
        }
    }

    @Test
    void putsBatchesOfDeclinedCheckpointsInWithTheNextNotice() throws Exception {
        try (LakeRig rig = rig(EVERY, 1, null)) {
            for (int i = 0; i < 4; i++) {
                write(rig, 1, i * 10, i * 10 + 10);
                rig.barrier(i + 1);
            }
            rig.complete(4);
            assertThat(lake.events()).isEqualTo(numbers(40));
        }
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void holdsEveryRowOnceWhateverTheCatalogSaysOfACommit(Fault fault) throws Exception {
        try (LakeRig rig = rig(EVERY, 1, null)) {
            write(rig, 1, 0, 10);
            rig.checkpoint(1);
            for (int commit = 0; commit < LakeTable.values().length; commit++) {
                int from = 10 + commit * 10;
                Fault[] plan = new Fault[commit + 1];
                java.util.Arrays.fill(plan, Fault.NONE);
                plan[commit] = fault;
                lake.failNext(plan);
                write(rig, 1, from, from + 10);
                rig.checkpoint(2 + commit);
            }
        }
        assertThat(lake.events()).isEqualTo(numbers(60));
        for (LakeTable table : LakeTable.values()) {
            assertThat(lake.head(table).commit().checkpoint()).isEqualTo(6);
        }
    }

    @Test
    void refusesAStartFromAnOlderStateAndWritesNothing() throws Exception {
        Snapshot first;
        try (LakeRig rig = rig(EVERY, 1, null)) {
            write(rig, 1, 0, 10);
            first = rig.checkpoint(1);
            write(rig, 1, 10, 20);
            rig.checkpoint(2);
        }
        assertThatThrownBy(() -> rig(EVERY, 1, first))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("SINK_REGRESSED")
                .hasMessageContaining("rewind");
        assertThat(lake.events()).isEqualTo(numbers(20));
    }

    @Test
    void refusesAStartWithoutStateOnTablesThatAreInUse() throws Exception {
        try (LakeRig rig = rig(EVERY, 1, null)) {
            write(rig, 1, 0, 10);
            rig.checkpoint(1);
        }
        assertThatThrownBy(() -> rig(EVERY, 1, null))
                .isInstanceOf(SinkRefusedException.class)
                .hasMessageContaining("LEDGER_IN_USE");
        assertThat(lake.events()).isEqualTo(numbers(10));
    }

    @Test
    void letsExactlyOneOfTwoTwinsGoOn() throws Exception {
        Snapshot first;
        try (LakeRig rig = rig(EVERY, 1, null)) {
            write(rig, 1, 0, 10);
            first = rig.checkpoint(1);
        }
        try (LakeRig one = rig(EVERY, 1, first);
                LakeRig twin = rig(EVERY, 1, first)) {
            write(one, 1, 10, 20);
            write(twin, 1, 10, 20);
            one.checkpoint(2);
            assertThatThrownBy(() -> twin.checkpoint(2)).hasMessageContaining("SINK_REGRESSED");
            write(one, 1, 20, 30);
            one.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(30));
    }

    @Test
    void neverShowsTheBatchOfATwinThatIsFirst() throws Exception {
        Snapshot first;
        try (LakeRig rig = rig(EVERY, 1, null)) {
            write(rig, 1, 0, 10);
            first = rig.checkpoint(1);
        }
        try (LakeRig one = rig(EVERY, 1, first)) {
            try (LakeRig twin = rig(EVERY, 1, first)) {
                write(one, 1, 10, 20);
                write(twin, 1, 10, 25);
                twin.barrier(2);
                twin.notifyLake(2); // while the ledger is slow
                assertThat(lake.events()).isEqualTo(numbers(10));
                one.checkpoint(2);
                assertThatThrownBy(() -> twin.makeCommits(2))
                        .hasMessageContaining("SINK_REGRESSED");
            }
            write(one, 1, 20, 30);
            one.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(30));
    }

    @Test
    void rewindsToAnOlderStateAndGoesOnExactly() throws Exception {
        Snapshot third;
        try (LakeRig rig = rig(EVERY_THIRD, 2, null)) {
            write(rig, 2, 0, 50);
            rig.checkpoint(3);
            write(rig, 2, 50, 70);
            third = rig.checkpoint(4); // these are in logs only
            write(rig, 2, 70, 90);
            rig.checkpoint(6);
            write(rig, 2, 90, 100);
            rig.checkpoint(9);
        }
        try (LakeRig rig = rewound(EVERY_THIRD, third, 0)) {
            assertThat(lake.events()).as("nothing before the first commit").hasSize(100);
            write(rig, 2, 1_070, 1_080);
            rig.checkpoint(5);
            rig.checkpoint(6);
            assertThat(lake.head().epoch()).isEqualTo(1);
        }
        List<Long> expected =
                LongStream.concat(LongStream.range(0, 70), LongStream.range(1_070, 1_080))
                        .boxed()
                        .toList();
        assertThat(lake.events()).isEqualTo(expected);
        assertThatThrownBy(() -> rewound(EVERY_THIRD, third, 0))
                .as("a forgotten option takes nothing back a second time")
                .hasMessageContaining("SINK_REGRESSED");
    }

    @Test
    void rewindsAgainAfterARewindThatTookNothingBack() throws Exception {
        Snapshot fourth;
        try (LakeRig rig = rig(EVERY_THIRD, 1, null)) {
            write(rig, 1, 0, 10);
            rig.checkpoint(3);
            write(rig, 1, 10, 20);
            fourth = rig.checkpoint(4);
        }
        Snapshot fifth;
        try (LakeRig rig = rewound(EVERY_THIRD, fourth, 0)) {
            fifth = rig.checkpoint(5);
            write(rig, 1, 20, 30);
            rig.checkpoint(6);
        }
        try (LakeRig rig = rewound(EVERY_THIRD, fifth, 1)) {
            write(rig, 1, 40, 50);
            rig.checkpoint(6);
            assertThat(lake.head().epoch()).isEqualTo(2);
        }
        assertThat(lake.events())
                .isEqualTo(
                        LongStream.concat(LongStream.range(0, 20), LongStream.range(40, 50))
                                .boxed()
                                .toList());
    }

    @Test
    void refusesAStateThatARewindHasTakenBack() throws Exception {
        Snapshot first;
        Snapshot second;
        try (LakeRig rig = rig(EVERY, 1, null)) {
            write(rig, 1, 0, 10);
            first = rig.checkpoint(1);
            write(rig, 1, 10, 20);
            second = rig.checkpoint(2);
        }
        try (LakeRig rig = rewound(EVERY, first, 0)) {
            write(rig, 1, 10, 30);
            rig.checkpoint(2);
        }
        assertThatThrownBy(() -> rig(EVERY, 1, second)).hasMessageContaining("STATE_ABANDONED");
        assertThat(lake.events()).isEqualTo(numbers(30));
    }

    @Test
    void opensNoMoreFilesThanMemoryHoldsWhenRowsAreOfManyDays() throws Exception {
        try (LakeRig rig = rig(EVERY, 1, null)) {
            for (int i = 0; i < 130; i++) {
                rig.write(0, LakeRow.accepted(LakeFixture.usageEvent(i, i % 60), 7));
            }
            rig.checkpoint(1);
        }
        assertThat(lake.events()).isEqualTo(numbers(130));
        assertThat(files("events")).hasSizeGreaterThan(60);
    }

    @Test
    void holdsEveryRowOnceWhenAFileOutgrowsItsLogAndTheProcessIsKilled() throws Exception {
        lake.close();
        lake = new LakeFixture(Files.createDirectory(folder.resolve("short")), 100);
        Snapshot second;
        try (LakeRig rig = rig(EVERY_THIRD, 2, null)) {
            writeOneDay(rig, 2, 0, 5_000);
            rig.checkpoint(1);
            assertThat(files("events")).as("closed before their time").hasSize(2);
            write(rig, 2, 5_000, 5_010);
            second = rig.checkpoint(2);
            write(rig, 2, 5_010, 9_000);
        }
        try (LakeRig rig = rig(EVERY_THIRD, 2, second)) {
            write(rig, 2, 5_010, 6_000);
            rig.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(6_000));
    }

    @Test
    void restoresOpenFilesAtAnotherParallelism() throws Exception {
        Snapshot snapshot;
        try (LakeRig rig = rig(new LakeSchedule(10), 1, null)) {
            write(rig, 1, 0, 50);
            snapshot = rig.checkpoint(1);
        }
        int[] parallelisms = {3, 2};
        for (int i = 0; i < parallelisms.length; i++) {
            try (LakeRig rig = rig(new LakeSchedule(10), parallelisms[i], snapshot)) {
                write(rig, parallelisms[i], 50 * (i + 1), 50 * (i + 2));
                snapshot = rig.checkpoint(2 + i);
            }
        }
        try (LakeRig rig = rig(new LakeSchedule(10), 1, snapshot)) {
            rig.checkpoint(10);
        }
        assertThat(lake.events()).isEqualTo(numbers(150));
    }

    @Test
    void handsEverythingOverAtTheEndOfTheInput() throws Exception {
        try (LakeRig rig = rig(new LakeSchedule(1_000), 2, null)) {
            write(rig, 2, 0, 20);
            rig.checkpoint(1);
            write(rig, 2, 20, 30);
            rig.finish();
            rig.checkpoint(2);
        }
        assertThat(lake.events()).isEqualTo(numbers(30));
    }

    @Test
    void forgetsOldSnapshotsButNoRow() throws Exception {
        try (LakeRig rig = rig(EVERY, 1, null)) {
            for (int i = 0; i < 8; i++) {
                write(rig, 1, i, i + 1);
                rig.checkpoint(i + 1);
            }
        }
        try (Lake tables = Lake.open(lake.options())) {
            Table events = tables.table(LakeTable.EVENTS);
            new LakeExpiry(6, 3, Duration.ZERO).afterCommit(events);
            assertThat(events.snapshots()).as("not worth it yet").hasSize(8);
            new LakeExpiry(5, 3, Duration.ofMinutes(10)).afterCommit(events);
            assertThat(events.snapshots()).as("too young").hasSize(8);
            new LakeExpiry(5, 3, Duration.ZERO).afterCommit(events);
            assertThat(events.snapshots()).hasSize(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(8));
    }

    @Test
    void forgetsOldSnapshotsOfAJobThatRestartsAllTheTime() throws Exception {
        Snapshot last = null;
        for (int start = 0; start < 6; start++) {
            try (LakeRig rig = rig(EVERY, 1, last);
                    Lake tables = Lake.open(lake.options())) {
                LakeExpiry expiry = new LakeExpiry(5, 3, Duration.ZERO);
                for (int i = start * 3; i < start * 3 + 3; i++) {
                    write(rig, 1, i, i + 1);
                    last = rig.checkpoint(i + 1);
                    Table events = tables.table(LakeTable.EVENTS);
                    events.refresh();
                    expiry.afterCommit(events);
                    assertThat(events.snapshots()).hasSizeLessThan(9);
                }
            }
        }
        assertThat(lake.events()).isEqualTo(numbers(18));
    }

    private LakeRig rig(LakeSchedule schedule, int writers, @Nullable Snapshot from)
            throws Exception {
        return new LakeRig(lake, schedule, writers, from, null);
    }

    private LakeRig rewound(LakeSchedule schedule, Snapshot from, long epoch) throws Exception {
        return new LakeRig(lake, schedule, from.writers(), from, new RewindTarget(1, epoch));
    }

    private static void write(LakeRig rig, int writers, long from, long to) throws Exception {
        for (long i = from; i < to; i++) {
            rig.write((int) (i % writers), LakeFixture.event(i));
        }
    }

    /** Makes one file per writer, and that a long one. */
    private static void writeOneDay(LakeRig rig, int writers, long from, long to) throws Exception {
        for (long i = from; i < to; i++) {
            rig.write((int) (i % writers), LakeRow.accepted(LakeFixture.usageEvent(i, 0), 7));
        }
    }

    private static List<Long> numbers(long count) {
        return LongStream.range(0, count).boxed().toList();
    }

    private Map<String, Object> only(LakeTable table) throws IOException {
        List<Map<String, Object>> rows = lake.read(table);
        assertThat(rows).hasSize(1);
        return rows.get(0);
    }

    private List<Long> checkpoints() throws IOException {
        return lake.read(LakeTable.EVENTS).stream()
                .map(row -> (Long) row.get("checkpoint"))
                .toList();
    }

    private List<Path> files(String table) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(file -> file.toString().endsWith(".parquet"))
                    .filter(file -> file.toString().contains("/" + table + "/"))
                    .toList();
        }
    }
}
