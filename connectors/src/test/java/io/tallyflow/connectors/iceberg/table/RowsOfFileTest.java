package io.tallyflow.connectors.iceberg.table;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file that is read in parts. */
final class RowsOfFileTest {

    private static final int EVENTS = 1_000;

    @Test
    void holdsEachRowOnceHoweverItIsDivided(@TempDir Path warehouse) throws Exception {
        try (PostgresServer.Database database = PostgresServer.migrated();
                SmallLake lake = new SmallLake(database, warehouse)) {
            lake.lake()
                    .table(LakeTable.EVENTS)
                    .updateProperties()
                    .set("write.parquet.row-group-size-bytes", "1")
                    .set("write.parquet.row-group-check-min-record-count", "100")
                    .set("write.parquet.row-group-check-max-record-count", "100")
                    .commit();
            lake.commit(0, IntStream.range(0, EVENTS).mapToObj(RowsOfFileTest::row).toList());
            LakeView view = LakeView.of(lake.lake());
            List<RowsOfFile> parts =
                    view.parts(
                            LakeTable.EVENTS,
                            Expressions.greaterThanOrEqual("id", "event 0100"),
                            List.of("id"),
                            1);
            assertThat(parts).hasSizeGreaterThan(3);
            List<String> ids = new ArrayList<>();
            for (RowsOfFile part : parts) {
                try (CloseableIterable<StructLike> rows = part.read()) {
                    rows.forEach(row -> ids.add(row.get(0, String.class)));
                }
            }
            assertThat(ids)
                    .hasSize(EVENTS - 100)
                    .doesNotHaveDuplicates()
                    .contains("event 0100", "event 0999");
            assertThat(view.days(LakeTable.EVENTS, Expressions.alwaysTrue())).hasSize(1);
        }
    }

    private static LakeRow row(int number) {
        return LakeRow.accepted(
                new UsageEvent(
                        "s",
                        "source",
                        "event %04d".formatted(number),
                        "t",
                        1_772_323_200_000_000L,
                        null,
                        0,
                        number,
                        0,
                        0),
                1);
    }
}
