package io.tallyflow.connectors.iceberg.commit;

import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.numbers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeExpiry;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.upkeep.CompactedLake;
import io.tallyflow.connectors.iceberg.upkeep.CompactionRules;
import io.tallyflow.connectors.iceberg.upkeep.LakeCompaction;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.stream.LakeRow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rewinds to a savepoint that holds rows in every way: in closed files that no batch has yet, and
 * in logs of open files. Events up to {@link #SAVED} are in it; further ones are taken back.
 */
final class LakeRewindTest {

    private static final LakeSchedule EVERY_FOURTH = new LakeSchedule(4);
    private static final int TABLES = LakeTable.values().length;
    private static final int SAVED = 3_106;

    @TempDir private Path folder;
    private LakeFixture lake;
    private Snapshot saved;

    @BeforeEach
    void makeTables() throws IOException {
        lake = new LakeFixture(folder, 100);
    }

    @AfterEach
    void dropCatalog() {
        lake.close();
    }

    static IntStream steps() {
        return IntStream.range(0, TABLES);
    }

    static Stream<Arguments> stepsOfTwo() {
        return steps().boxed()
                .flatMap(
                        first ->
                                Stream.of(first, (first + 2) % TABLES)
                                        .map(second -> Arguments.of(first, second)));
    }

    @ParameterizedTest
    @MethodSource("steps")
    void goesOnAfterACrashAheadOfAnyTableOfTheFirstBatch(int step) throws Exception {
        goBeyondTheSavepoint();
        Snapshot first = crashInFirstBatch(step);
        assertThat(lake.ledger().epoch()).isEqualTo(1);
        try (LakeRig rig = rewound(first, 0)) {
            assertThat(lake.events()).isEqualTo(numbers(SAVED + 10));
            write(rig, SAVED + 10, SAVED + 20);
            rig.checkpoint(8);
        }
        demandEvents(SAVED + 20, 1);
    }

    @ParameterizedTest
    @MethodSource("stepsOfTwo")
    void goesBackTwiceThoughBothFirstBatchesCrash(int step, int secondStep) throws Exception {
        goBeyondTheSavepoint();
        crashInFirstBatch(step);
        Snapshot second = crashInFirstBatch(secondStep);
        assertThat(lake.ledger().epoch()).isEqualTo(2);
        try (LakeRig rig = rig(second)) {
            write(rig, SAVED + 10, SAVED + 20);
            rig.checkpoint(8);
        }
        demandEvents(SAVED + 20, 2);
    }

    /** Some tables hold what the savepoint covers, others still need it from there. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void goesBackFromABatchThatOnlySomeTablesGot(int step) throws Exception {
        goToTheSavepoint();
        try (LakeRig rig = rig(saved)) {
            write(rig, SAVED, SAVED + 30);
            rig.barrier(8);
            crash(rig, 8, step);
        }
        try (LakeRig rig = rewound(saved, 0)) {
            write(rig, SAVED, SAVED + 10);
            rig.checkpoint(7);
        }
        demandEvents(SAVED + 10, 1);
    }

    @Test
    void takesTheSavepointsRowsFromTheTableOnceTheirFilesAreGone() throws Exception {
        goBeyondTheSavepoint();
        compactAndForget();
        for (int epoch = 0; epoch < 3; epoch++) {
            try (LakeRig rig = rewound(saved, epoch)) {
                write(rig, SAVED, SAVED + 10 + epoch);
                rig.checkpoint(7);
            }
            demandEvents(SAVED + 10 + epoch, epoch + 1);
            forget();
        }
    }

    @Test
    void movesNothingBeforeTheLedgerHasGoneBack() throws Exception {
        goBeyondTheSavepoint();
        long beyond = lake.events().size();
        try (LakeRig rig = rewound(saved, 0)) {
            write(rig, SAVED, SAVED + 10);
            rig.barrier(7);
            rig.notifyLake(7);
            rig.barrier(8);
            rig.notifyLake(8);
            assertThat(lake.events()).hasSize((int) beyond);
            assertThat(lake.head().epoch()).isZero();
            rig.makeCommits(7);
            rig.makeCommits(8);
            rig.awaitLake();
        }
        demandEvents(SAVED + 10, 1);
    }

    @Test
    void letsAStartGoOnThatWasNotToGoBackWhenTheRewindNeverCommitted() throws Exception {
        goToTheSavepoint();
        Snapshot newest;
        try (LakeRig rig = rig(saved)) {
            write(rig, SAVED, SAVED + 30);
            newest = rig.checkpoint(8);
        }
        try (LakeRig rig = rewound(saved, 0)) {
            write(rig, SAVED, SAVED + 10);
            rig.barrier(7);
            rig.notifyLake(7); // and the ledger does not answer until the job is given up
        }
        try (LakeRig rig = rig(newest)) {
            write(rig, SAVED + 30, SAVED + 40);
            rig.checkpoint(12);
        }
        demandEvents(SAVED + 40, 0);
    }

    @Test
    void refusesToGoBackASecondTimeForTheSameAsking() throws Exception {
        goBeyondTheSavepoint();
        try (LakeRig rig = rewound(saved, 0)) {
            rig.checkpoint(7);
        }
        assertThatThrownBy(() -> rewound(saved, 0)).hasMessageContaining("SINK_REGRESSED");
        demandEvents(SAVED, 1);
    }

    private void goToTheSavepoint() throws Exception {
        try (LakeRig rig = rig(null)) {
            write(rig, 0, 100);
            rig.checkpoint(4);
            for (int number = 100; number < SAVED - 6; number++) {
                rig.write(0, LakeRow.accepted(LakeFixture.usageEvent(number, 0), 7));
            }
            rig.checkpoint(5); // too many for a log: handed over, and held
            write(rig, SAVED - 6, SAVED);
            saved = rig.checkpoint(6); // the last ones are in logs
        }
        assertThat(lake.events()).isEqualTo(numbers(100));
    }

    private void goBeyondTheSavepoint() throws Exception {
        goToTheSavepoint();
        try (LakeRig rig = rig(saved)) {
            write(rig, SAVED, SAVED + 300);
            rig.checkpoint(8);
            write(rig, SAVED + 300, SAVED + 350);
            rig.checkpoint(12);
        }
        assertThat(lake.events()).isEqualTo(numbers(SAVED + 350));
    }

    /** A start that goes back to the savepoint and ends ahead of one table of its first batch. */
    private Snapshot crashInFirstBatch(int step) throws Exception {
        try (LakeRig rig = rewound(saved, lake.ledger().epoch())) {
            write(rig, SAVED, SAVED + 10);
            Snapshot first = rig.barrier(7);
            crash(rig, 7, step);
            return first;
        }
    }

    private void crash(LakeRig rig, long checkpoint, int step) {
        lake.overtake(
                step,
                () -> {
                    throw new IllegalStateException("the process is gone");
                });
        assertThatThrownBy(() -> rig.complete(checkpoint)).isInstanceOf(IOException.class);
    }

    private void compactAndForget() throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            LakeCompaction compaction =
                    new LakeCompaction(tables, new CompactionRules(0, 64L * 1024 * 1024));
            for (int day = 0; day < 3; day++) {
                compaction.compact(LakeTable.EVENTS, CompactedLake.MARCH_1.minusDays(day));
            }
        }
        forget();
    }

    /** The files that only old snapshots know are deleted. */
    private void forget() throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            for (LakeTable table : LakeTable.values()) {
                new LakeExpiry(1, 1, Duration.ZERO).expire(tables.table(table));
            }
        }
    }

    private void demandEvents(int count, long epoch) throws IOException {
        assertThat(lake.events()).isEqualTo(numbers(count));
        for (LakeTable table : LakeTable.values()) {
            assertThat(lake.head(table).position()).isEqualTo(lake.head().position());
        }
        assertThat(lake.head().epoch()).isEqualTo(epoch);
    }

    private LakeRig rig(@Nullable Snapshot from) throws Exception {
        return new LakeRig(lake, EVERY_FOURTH, 1, from, null);
    }

    private LakeRig rewound(Snapshot from, long epoch) throws Exception {
        return new LakeRig(lake, EVERY_FOURTH, 1, from, new RewindTarget(6, epoch));
    }

    private static void write(LakeRig rig, int from, int to) throws Exception {
        for (int number = from; number < to; number++) {
            rig.write(0, LakeFixture.event(number));
        }
    }
}
