package io.tallyflow.connectors.iceberg.commit;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.iceberg.table.SnapshotNote;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.LakeRow;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A view stands at one batch, whatever happens to the tables. */
final class LakeViewTest {

    private static final long NOON = Instant.parse("2025-03-09T12:00:00Z").toEpochMilli();
    private static final long DAY = 86_400_000L;
    private static final Expression ALL = Expressions.alwaysTrue();

    @TempDir private Path warehouse;
    private PostgresServer.Database database;
    private SmallLake lake;

    @BeforeEach
    void create() {
        database = PostgresServer.empty();
        lake = new SmallLake(database, warehouse);
    }

    @AfterEach
    void drop() throws IOException {
        lake.close();
        database.close();
    }

    private static UsageEvent event(String id, long day) {
        return anEvent()
                .subject("subject " + id)
                .source("s")
                .id(id)
                .type("t")
                .timeMicros((NOON + day * DAY) * 1_000)
                .kafkaTimeMillis(NOON)
                .build();
    }

    private static LakeRow accepted(String id) {
        return LakeRow.accepted(event(id, 0), 7);
    }

    private LakeView view() throws IOException {
        return LakeView.of(lake.lake());
    }

    private static List<String> ids(LakeView view, Expression filter) throws IOException {
        List<String> ids = new ArrayList<>();
        try (CloseableIterable<StructLike> rows =
                view.scan(LakeTable.EVENTS, filter, List.of("checkpoint", "id"))) {
            rows.forEach(row -> ids.add(row.get(1, String.class)));
        }
        return ids;
    }

    @Test
    void isEmptyBeforeTheFirstBatch() throws IOException {
        LakeView view = view();
        assertThat(view.isEmpty()).isTrue();
        assertThat(view.batch()).isEqualTo(CommitName.NONE);
        assertThat(view.settledUntilMillis()).isEqualTo(Long.MIN_VALUE);
        assertThat(view.rows(LakeTable.EVENTS)).isZero();
        assertThat(view.snapshotId(LakeTable.EVENTS)).isNull();
        assertThat(ids(view, ALL)).isEmpty();
    }

    @Test
    void isEmptyWithoutTables() throws IOException {
        try (PostgresServer.Database nothing = PostgresServer.empty();
                Lake other = Lake.open(SmallLake.options(nothing, warehouse))) {
            assertThat(LakeView.of(other).isEmpty()).isTrue();
        }
    }

    @Test
    void standsAtTheNewestBatch() throws IOException {
        lake.commit(1, List.of(accepted("a")));
        CommitName newest =
                lake.commit(2, List.of(accepted("b"), LakeRow.stale(event("old", -50))));
        LakeView view = view();
        assertThat(view.batch()).isEqualTo(newest);
        assertThat(view.settledUntilMillis()).isEqualTo(2);
        assertThat(view.rows(LakeTable.EVENTS)).isEqualTo(2);
        assertThat(view.rows(LakeTable.STALE_EVENTS)).isEqualTo(1);
        assertThat(ids(view, ALL)).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    void doesNotSeeWhatIsCommittedLater() throws IOException {
        lake.commit(1, List.of(accepted("a")));
        LakeView view = view();
        lake.commit(2, List.of(accepted("b")));
        assertThat(ids(view, ALL)).containsExactly("a");
        assertThat(view.rows(LakeTable.EVENTS)).isEqualTo(1);
    }

    @Test
    void staysAtTheBatchBeforeWhileTheEventsAreStillToCome() throws IOException {
        CommitName complete = lake.commit(1, List.of(accepted("a")));
        lake.commit(2, List.of(LakeRow.stale(event("x", 0))), LakeTable.STALE_EVENTS);
        LakeView view = view();
        assertThat(view.batch()).isEqualTo(complete);
        assertThat(view.rows(LakeTable.STALE_EVENTS)).isZero();
    }

    @Test
    void fallsBackToAnOlderBatchThatAllTablesHold() throws IOException {
        CommitName complete = lake.commit(1, List.of(accepted("a")));
        lake.commit(2, List.of(accepted("b")), LakeTable.EVENTS);
        LakeView view = view();
        assertThat(view.batch()).isEqualTo(complete);
        assertThat(view.settledUntilMillis()).isEqualTo(1);
        assertThat(ids(view, ALL)).containsExactly("a");
    }

    @Test
    void saysSoIfNoBatchIsInAllTables() throws IOException {
        CommitName lost = lake.commit(1, List.of(accepted("a")), LakeTable.EVENTS);
        assertThatThrownBy(this::view).hasMessageContaining(lost.toString());
    }

    @Test
    void goesBackWithARewind() throws IOException {
        CommitName target = lake.commit(1, List.of(accepted("a")));
        CommitName back = lake.commit(2, List.of(accepted("b")));
        CommitName next = new CommitName(8, back.checkpoint());
        SnapshotNote note =
                new SnapshotNote(new Position(next, 1), back, 1, new Position(target, 0));
        for (LakeTable name : LakeTable.values()) {
            LakeView before = view();
            assertThat(before.batch()).as("while tables go back").isIn(back, target);
            Table table = lake.lake().table(name);
            table.refresh();
            new LakeRewind(table, name, "small").back(note, List.of(), () -> {});
        }
        LakeView view = view();
        assertThat(view.batch()).isEqualTo(next);
        assertThat(view.epoch()).isEqualTo(1);
        assertThat(view.settledUntilMillis()).isEqualTo(1);
        assertThat(ids(view, ALL)).containsExactly("a");
    }

    @Test
    void readsRowsThatPassAFilterOnColumnsThatAreNotAskedFor() throws IOException {
        List<LakeRow> rows = new ArrayList<>();
        for (int day = 0; day < 4; day++) {
            rows.add(LakeRow.accepted(event("a" + day, day), 7));
            rows.add(LakeRow.accepted(event("b" + day, day), 7));
        }
        lake.commit(1, rows);
        Expression filter =
                Expressions.and(
                        Expressions.greaterThanOrEqual("time", (NOON + DAY) * 1_000),
                        Expressions.lessThan("time", (NOON + 3 * DAY) * 1_000),
                        Expressions.in("subject", "subject a0", "subject a1", "subject b2"));
        assertThat(ids(view(), filter)).containsExactlyInAnyOrder("a1", "b2");
    }
}
