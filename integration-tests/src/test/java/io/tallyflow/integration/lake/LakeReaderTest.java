package io.tallyflow.integration.lake;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expressions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A reader that others are judged by must be right itself. */
final class LakeReaderTest {

    private static final long DAY = 86_400_000L;
    private static final long NOON = Instant.parse("2025-03-09T12:00:00Z").toEpochMilli();
    private static final UsageCell CELL =
            new UsageCell("tokens", "ac\"me", "{\"model\":\"é\"}", NOON, NOON + 60_000);

    @TempDir private Path warehouse;
    private PostgresServer.Database database;
    private SmallLake lake;

    @BeforeEach
    void create() {
        database = PostgresServer.empty();
        lake = new SmallLake(database, warehouse);
    }

    @AfterEach
    void drop() throws Exception {
        lake.close();
        database.close();
    }

    private static UsageEvent event(String id, long timeMillis) {
        byte[] data = ("{\"tokens\": \"" + id + "\"}").getBytes(StandardCharsets.UTF_8);
        return anEvent()
                .subject("ac\"me")
                .source("/s\uD83D\uDE00")
                .id(id)
                .type("t")
                .timeMicros(timeMillis * 1_000 + 7)
                .data(data)
                .at(3, 42)
                .kafkaTimeMillis(NOON)
                .build();
    }

    private static List<LakeRow> events(int from, int to) {
        List<LakeRow> rows = new ArrayList<>();
        for (int i = from; i < to; i++) {
            rows.add(LakeRow.accepted(event("e" + i, NOON + i % 3 * DAY), 7));
        }
        return rows;
    }

    @Test
    void readsWhatWasWritten() throws Exception {
        BigDecimal most = new BigDecimal("-99999999999999999999.999999999999999999");
        UsageEvent late = event("late", NOON);
        Reading reading =
                new Reading(
                        "tokens@2",
                        "{}",
                        NOON,
                        NOON + 60_000,
                        new BigDecimal("0.1"),
                        /* distinct= */ null);
        UsagePartial partial =
                new UsagePartial(2, most, most, BigDecimal.ONE, most, NOON * 1_000 + 1, "s", "i");
        lake.commit(
                NOON + 60_000,
                List.of(
                        LakeRow.accepted(late, 7),
                        LakeRow.of(new SettledUsage(CELL, partial, 0, Aggregation.SUM)),
                        LakeRow.of(new DistinctValue(CELL, "007")),
                        LakeRow.of(new AdjustedReading(late, reading, AdjustmentReason.LATE))));
        try (LakeReader reader = fromCatalog()) {
            assertThat(reader.rows("usage")).singleElement().satisfies(row -> isTheCell(row, most));
            assertThat(reader.rows("usage_distinct").get(0))
                    .containsEntry("value", "007")
                    .containsEntry("meter", "tokens")
                    .containsEntry("layer", "tokens@1");
            assertThat(reader.rows("adjustments").get(0))
                    .containsEntry("meter", "tokens")
                    .containsEntry("layer", "tokens@2")
                    .containsEntry("reason", "late")
                    .containsEntry("value", new BigDecimal("0.100000000000000000"))
                    .containsEntry("distinct_value", null)
                    .containsEntry("kafka_offset", 42L);
            assertThat(reader.rows("events").get(0))
                    .containsEntry("source", "/s\uD83D\uDE00")
                    .containsEntry("data", "{\"tokens\": \"late\"}")
                    .containsEntry("kafka_partition", 3)
                    .containsEntry("definitions", 7)
                    .containsEntry("time", OffsetDateTime.parse("2025-03-09T12:00:00.000007Z"));
            assertThat(reader.rows("stale_events")).isEmpty();
            assertThat(reader.summary("events")).containsEntry("tallyflow.checkpoint", "1");
        }
    }

    private static void isTheCell(Map<String, Object> row, BigDecimal sum) {
        assertThat(row)
                .containsEntry("subject", CELL.subject())
                .containsEntry("group_by", CELL.group())
                .containsEntry("window_start", OffsetDateTime.parse("2025-03-09T12:00:00Z"))
                .containsEntry("readings", 2L)
                .containsEntry("value", sum)
                .containsEntry("max", new BigDecimal("1.000000000000000000"))
                .containsEntry("checkpoint", 1L);
    }

    @Test
    void readsEachRowOnceAfterFilesWereReplaced() throws Exception {
        lake.commit(0, events(0, 10));
        lake.commit(0, events(10, 20));
        List<Path> before;
        try (LakeReader reader = fromCatalog()) {
            before = reader.files("events");
            assertThat(ids(reader)).hasSize(20).doesNotHaveDuplicates();
        }
        lake.compact(LakeTable.EVENTS, events(0, 20));
        try (LakeReader reader = fromCatalog()) {
            assertThat(reader.files("events")).hasSize(3).doesNotContainAnyElementsOf(before);
            assertThat(before).allSatisfy(file -> assertThat(file).exists());
            assertThat(ids(reader)).hasSize(20).doesNotHaveDuplicates();
        }
    }

    @Test
    void readsNoFileThatWasTakenOutBesideOthersThatStay() throws Exception {
        lake.commit(0, events(0, 9));
        Table events = lake.lake().table(LakeTable.EVENTS);
        events.refresh();
        events.newDelete()
                .deleteFromRowFilter(
                        Expressions.greaterThanOrEqual("time", "2025-03-11T00:00:00+00:00"))
                .commit();
        try (LakeReader reader = LakeReader.ofWarehouse(warehouse)) {
            assertThat(reader.files("events")).hasSize(2);
            assertThat(ids(reader)).containsExactlyInAnyOrder("e0", "e1", "e3", "e4", "e6", "e7");
        }
    }

    @Test
    void answersInSql() throws Exception {
        lake.commit(0, events(0, 9));
        try (LakeReader reader = fromCatalog()) {
            assertThat(
                            reader.query(
                                    """
                                    select count(*) as events, max(e.id) as last
                                    from events e anti join stale_events s on s.id = e.id
                                    """))
                    .containsExactly(Map.of("events", 9L, "last", "e8"));
        }
    }

    private static List<Object> ids(LakeReader reader) throws SQLException {
        return reader.query("select id from events").stream().map(row -> row.get("id")).toList();
    }

    private LakeReader fromCatalog() throws Exception {
        try (Connection catalog = database.connect()) {
            return LakeReader.ofCatalog(catalog);
        }
    }
}
