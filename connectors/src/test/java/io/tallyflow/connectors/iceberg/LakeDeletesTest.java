package io.tallyflow.connectors.iceberg;

import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.FEBRUARY_28;
import static io.tallyflow.connectors.iceberg.upkeep.CompactedLake.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.commit.LakeRig;
import io.tallyflow.connectors.iceberg.commit.LakeRig.Snapshot;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.upkeep.CompactedLake;
import io.tallyflow.connectors.iceberg.upkeep.LakeDaysTest;
import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Rows that another engine has deleted stay deleted, whatever is done with the table after. */
final class LakeDeletesTest extends LakeDaysTest {

    private OutsideEngine engine;

    @BeforeEach
    void openAsAnotherEngine() {
        engine = new OutsideEngine(lake);
    }

    @Test
    void showsNoRowThatWasDeleted() throws Exception {
        threeBatches();
        deleteSome();
        assertThat(seen(Expressions.alwaysTrue())).isEqualTo(withoutDeleted(90));
        assertThat(seen(Expressions.in("id", "4", "5", "7", "40", "41"))).containsExactly(5L, 41L);
        assertThat(rows()).isEqualTo(withoutDeleted(90).size());
    }

    @Test
    void countsRowsOfABatchThatCameAfterTheDeletion() throws Exception {
        Snapshot third = threeBatches();
        deleteSome();
        try (LakeRig rig = days.rig(third)) {
            write(rig, 90, 120);
            rig.checkpoint(4);
        }
        List<Long> left = new ArrayList<>(withoutDeleted(120));
        assertThat(seen(Expressions.alwaysTrue())).isEqualTo(left);
        assertThat(rows()).isEqualTo(left.size());
    }

    @Test
    void compactsWithoutRowsThatWereDeleted() throws Exception {
        threeBatches();
        deleteSome();
        for (int day = 0; day < 3; day++) {
            LocalDate compacted = CompactedLake.MARCH_1.minusDays(day);
            assertThat(days.compact(compacted)).isNotNull();
        }
        assertThat(seen(Expressions.alwaysTrue())).isEqualTo(withoutDeleted(90));
        assertThat(lake.events()).as("in the files").isEqualTo(withoutDeleted(90));
        assertThat(days.filesByDay(LakeTable.EVENTS)).containsEntry(FEBRUARY_28, 1);
    }

    @Test
    void takesBackWithoutRowsThatWereDeletedComingAgain() throws Exception {
        Snapshot second = days.batches(3).get(1);
        for (int day = 0; day < 3; day++) {
            // So that each file has rows that stay and rows that go.
            days.compact(CompactedLake.MARCH_1.minusDays(day));
        }
        deleteSome();
        try (LakeRig rig = days.rewound(second)) {
            write(rig, 60, 70);
            rig.checkpoint(3);
        }
        assertThat(seen(Expressions.alwaysTrue())).isEqualTo(withoutDeleted(70));
        assertThat(rows()).isEqualTo(withoutDeleted(70).size());
    }

    private Snapshot threeBatches() throws Exception {
        return days.batches(3).get(2);
    }

    /** Two by position in different files, one by id and source, the fourth by its subject. */
    private void deleteSome() throws IOException {
        engine.deleteByPosition("4");
        engine.deleteByPosition("40");
        engine.deleteByValue(Map.of("id", "7", "source", "test"));
        engine.deleteByValue(Map.of("id", "23"));
        engine.deleteByValue(Map.of("id", "24", "source", "another"));
    }

    private static List<Long> withoutDeleted(long count) {
        return LongStream.range(0, count)
                .filter(number -> number != 4 && number != 40 && number != 7 && number != 23)
                .boxed()
                .toList();
    }

    private List<Long> seen(Expression filter) throws IOException {
        List<Long> numbers = new ArrayList<>();
        try (Lake tables = Lake.open(lake.options());
                CloseableIterable<StructLike> rows =
                        LakeView.of(tables).scan(LakeTable.EVENTS, filter, List.of("id"))) {
            rows.forEach(row -> numbers.add(Long.parseLong(row.get(0, String.class))));
        }
        return numbers.stream().sorted().toList();
    }

    private long rows() throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            return LakeView.of(tables).rows(LakeTable.EVENTS);
        }
    }
}
