package io.tallyflow.connectors.iceberg.commit;

import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_28;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.numbers;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.write;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.writeBatches;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.upkeep.LakeDaysTest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.exceptions.ValidationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The stream, a rewind and a compaction commit to a table in whatever order. */
final class LakeRaceTest extends LakeDaysTest {

    /** Commits of a batch: each other table gets it, and goes back with it, in one. */
    private static final int BEFORE_EVENTS = LakeTable.values().length - 1;

    @Test
    void keepsBothWhenABatchOvertakesTheCompaction() throws Exception {
        try (LakeRig rig = days.rig(null)) {
            writeBatches(rig, 1, 2);
            write(rig, 60, 90);
            lake.overtakeNext(() -> rig.checkpoint(3));
            assertThat(days.compact(FEBRUARY_28)).isNotNull();
            write(rig, 90, 120);
            rig.checkpoint(4);
        }
        assertThat(lake.events()).isEqualTo(numbers(120));
        assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 3);
    }

    @Test
    void keepsBothWhenACompactionOvertakesABatch() throws Exception {
        try (LakeRig rig = days.rig(null)) {
            writeBatches(rig, 1, 2);
            write(rig, 60, 90);
            lake.overtakeNext(() -> days.compact(FEBRUARY_28));
            rig.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(90));
        assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 2);
    }

    @Test
    void rewindsExactlyWhenACompactionOvertakesTheRewind() throws Exception {
        Snapshot first = days.batches(2).get(0);
        try (LakeRig rig = days.rewound(first)) {
            write(rig, 30, 33);
            lake.overtake(BEFORE_EVENTS, () -> days.compact(FEBRUARY_28));
            rig.checkpoint(2);
        }
        assertThat(lake.events()).isEqualTo(numbers(33));
    }

    /** Whoever waits for the batch after a rewind must not take the way back for it. */
    @Test
    void isNotLaterThanItWasBeforeTheBatchThatFollowsTheRewind() throws Exception {
        Snapshot first;
        assertThat(view().isLaterThan(view())).isFalse();
        LakeView empty = view();
        try (LakeRig rig = days.rig(null)) {
            write(rig, 0, 30);
            first = rig.checkpoint(1);
            assertThat(view().isLaterThan(empty)).isTrue();
            write(rig, 30, 60);
            rig.checkpoint(2);
        }
        LakeView before = view();
        assertThat(view().isLaterThan(before)).isFalse();
        days.compact(FEBRUARY_28);
        assertThat(view().isLaterThan(before)).isFalse();
        List<Boolean> later = new ArrayList<>();
        try (LakeRig rig = days.rewound(first)) {
            write(rig, 30, 33);
            lake.overtake(BEFORE_EVENTS, () -> later.add(view().isLaterThan(before)));
            rig.checkpoint(2);
            later.add(view().isLaterThan(before));
        }
        assertThat(later).containsExactly(false, true);
    }

    private LakeView view() throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            return LakeView.of(tables);
        }
    }

    @Test
    void leavesNoFileBehindWhenARewindOvertakesTheCompaction() throws Exception {
        Snapshot first = days.batches(2).get(0);
        try (LakeRig rig = days.rewound(first)) {
            write(rig, 30, 33);
            lake.overtakeNext(() -> rig.checkpoint(2));
            assertThatThrownBy(() -> days.compact(FEBRUARY_28))
                    .isInstanceOf(ValidationException.class);
        }
        assertThat(lake.events()).isEqualTo(numbers(33));
        assertThat(days.dataFiles()).noneMatch(file -> file.toString().contains("compacted-"));
    }

    @Test
    void keepsBothWhenABatchFollowsACompactionThatIsSaidToHaveFailed() throws Exception {
        try (LakeRig rig = days.rig(null)) {
            writeBatches(rig, 1, 2);
            write(rig, 60, 90);
            lake.failAndFollowNext(() -> rig.checkpoint(3));
            assertThat(days.compact(FEBRUARY_28)).isNotNull();
        }
        assertThat(lake.events()).isEqualTo(numbers(90));
        assertThat(lake.head().commit().checkpoint()).isEqualTo(3);
        assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 2);
    }

    @Test
    void keepsBothWhenACompactionFollowsABatchThatIsSaidToHaveFailed() throws Exception {
        try (LakeRig rig = days.rig(null)) {
            write(rig, 0, 30);
            rig.checkpoint(1);
            write(rig, 30, 60);
            lake.overtake(BEFORE_EVENTS, () -> followedByCompaction());
            rig.checkpoint(2);
        }
        assertThat(lake.events()).isEqualTo(numbers(60));
        assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 1);
    }

    @Test
    void keepsBothWhenACompactionFollowsARewindThatIsSaidToHaveFailed() throws Exception {
        Snapshot second = days.batches(3).get(1);
        try (LakeRig rig = days.rewound(second)) {
            write(rig, 60, 63);
            lake.overtake(BEFORE_EVENTS, () -> followedByCompaction());
            rig.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(63));
        assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 1);
    }

    /** A request that a catalog makes only after it was given up, and tried again. */
    @Test
    void putsABatchInOnceThoughAnEarlierAttemptGetsThroughInBetween() throws Exception {
        Snapshot second;
        try (LakeRig rig = days.rig(null)) {
            write(rig, 0, 30);
            rig.checkpoint(1);
            write(rig, 30, 60);
            second = rig.barrier(2);
            rig.makeCommits(2);
        }
        lake.overtake(
                BEFORE_EVENTS,
                () -> {
                    days.rig(second).close();
                    return null;
                });
        try (LakeRig rig = days.rig(second)) {
            write(rig, 60, 90);
            rig.checkpoint(3);
        }
        assertThat(lake.events()).isEqualTo(numbers(90));
        assertThat(lake.snapshots(LakeTable.EVENTS)).isEqualTo(3);
    }

    private @Nullable Object followedByCompaction() {
        lake.failAndFollowNext(() -> days.compact(FEBRUARY_28));
        return null;
    }
}
