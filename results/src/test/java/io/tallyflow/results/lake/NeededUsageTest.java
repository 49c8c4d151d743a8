package io.tallyflow.results.lake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.WrittenRows;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.PostgresQueryEngine;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.QueryRow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * An answer may hang on usage that is no part of it. In Caracas clocks were half an hour off the
 * grain until May 2016: where usage reaches back so far, windows of this zone are refused.
 */
final class NeededUsageTest {

    private static final Meter METER =
            new Meter("m", "", "t", Aggregation.COUNT, null, List.of(), WindowSize.HOUR);
    private static final String CARACAS = "America/Caracas";
    private static final String OFF_THE_GRAIN = "time_zone: in America/Caracas ";

    @TempDir private Path warehouse;
    private PostgresServer.Database database;
    private SmallLake lake;

    @BeforeEach
    void create() throws SQLException {
        database = PostgresServer.migrated();
        RegisteredMeters.register(database.dataSource(), List.of(METER));
        lake = new SmallLake(database, warehouse);
    }

    @AfterEach
    void drop() throws IOException {
        lake.close();
        database.close();
    }

    /** One reading, in Postgres and in the lake. */
    private void count(String subject, String at) throws IOException, SQLException {
        long start = Instant.parse(at).toEpochMilli();
        long end = start + Duration.ofHours(1).toMillis();
        UsageCell cell = new UsageCell("m", subject, "{}", start, end);
        UsagePartial one = new UsagePartial(1, null, null, null, null, 0, null, null);
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            List<UsageRow> rows = List.of(new UsageRow(cell, one, true, 0, true));
            WrittenRows.write(connection, rows, List.of(), List.of());
            connection.commit();
        }
        long settled = Instant.parse("2020-01-01T00:00:00Z").toEpochMilli();
        lake.commit(settled, List.of(LakeRow.of(new SettledUsage(cell, one, 0, null))));
    }

    private static UsageQuery of(
            @Nullable String from, @Nullable String to, CalendarWindow window, String subject) {
        return new UsageQuery(
                "m",
                from == null ? null : Instant.parse(from),
                to == null ? null : Instant.parse(to),
                window,
                CARACAS,
                List.of(subject),
                List.of(),
                Map.of());
    }

    private static List<QueryRow> answer(QueryEngine engine, UsageQuery query) throws IOException {
        List<QueryRow> rows = new ArrayList<>();
        engine.run(query, rows::add);
        return rows;
    }

    private List<QueryEngine> engines() {
        return List.of(
                new PostgresQueryEngine(database.dataSource()),
                new LakeQueryEngine(lake.options(), database.dataSource()));
    }

    private void assertRefused(UsageQuery query) {
        for (QueryEngine engine : engines()) {
            assertThatThrownBy(() -> answer(engine, query))
                    .isInstanceOf(RequestRefusedException.class)
                    .hasMessageStartingWith(OFF_THE_GRAIN);
        }
    }

    private void assertOneRow(UsageQuery query) throws IOException {
        for (QueryEngine engine : engines()) {
            assertThat(answer(engine, query)).hasSize(1);
        }
    }

    @Test
    void isThatOfOtherSubjectsWhereAnOpenRangeBegins() throws IOException, SQLException {
        UsageQuery days = of(null, null, CalendarWindow.DAY, "young");
        count("young", "2017-06-01T12:00:00Z");
        assertOneRow(days);
        count("old", "2015-06-01T12:00:00Z");
        assertRefused(days);
    }

    @Test
    void isThatOfOtherSubjectsWhereAnOpenRangeEnds() throws IOException, SQLException {
        // One day alone, in which no clock is off the grain yet.
        UsageQuery days = of("2007-11-30T04:00:00Z", null, CalendarWindow.DAY, "early");
        count("early", "2007-11-30T12:00:00Z");
        assertOneRow(days);
        count("late", "2008-06-01T12:00:00Z");
        assertRefused(days);
    }

    @Test
    void isThatBeforeARangeOfMoreThanACentury() throws IOException, SQLException {
        UsageQuery hours =
                of("2010-01-01T00:00:00Z", "2134-01-01T00:00:00Z", CalendarWindow.HOUR, "s");
        count("s", "2017-06-01T12:00:00Z");
        assertOneRow(hours);
        count("s", "2009-06-01T12:00:00Z");
        assertRefused(hours);
    }
}
