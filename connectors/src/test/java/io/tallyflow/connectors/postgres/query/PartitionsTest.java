package io.tallyflow.connectors.postgres.query;

import static io.tallyflow.connectors.postgres.query.Meters.meter;
import static io.tallyflow.schemas.meter.WindowSize.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Months are told from the database's own day, so that no test depends on when it runs. */
class PartitionsTest {

    private static final List<String> TABLES =
            List.of("usage_row", "adjustment_row", "distinct_value");
    private static final DateTimeFormatter SUFFIX = DateTimeFormatter.ofPattern("yyyy_MM");

    private PostgresServer.Database database;
    private Connection connection;
    private YearMonth installed;

    @BeforeEach
    void create() throws SQLException {
        database = PostgresServer.migrated();
        connection = database.connect();
        installed =
                YearMonth.parse(
                        strings("select to_char(now() at time zone 'UTC', 'YYYY-MM')").get(0));
    }

    @AfterEach
    void drop() throws SQLException {
        connection.close();
        database.close();
    }

    @Test
    void installsMonthsFromTheLastOneToThreeAheadAndYearsAndADefault() throws SQLException {
        YearMonth first = installed.minusMonths(1);
        Stream<String> months =
                IntStream.rangeClosed(0, 4).mapToObj(i -> first.plusMonths(i).format(SUFFIX));
        int lastYear = first.getMonthValue() == 1 ? first.getYear() - 1 : first.getYear();
        Stream<String> years =
                IntStream.rangeClosed(first.getYear() - 5, lastYear).mapToObj(year -> "y" + year);
        List<String> suffixes =
                Stream.of(months, years, Stream.of("default")).flatMap(all -> all).toList();
        for (String table : TABLES) {
            assertThat(partitions(table))
                    .containsExactlyInAnyOrderElementsOf(
                            suffixes.stream().map(suffix -> table + "_" + suffix).toList());
        }
    }

    @Test
    void makesEveryMonthUpToTheDayOnce() throws SQLException {
        YearMonth last = installed.plusMonths(3);
        LocalDate until = last.plusMonths(3).atDay(1);
        assertThat(Migrations.makePartitions(database.dataSource(), until)).isEqualTo(3);
        assertThat(Migrations.makePartitions(database.dataSource(), until)).isZero();
        assertThat(
                        Migrations.makePartitions(
                                database.dataSource(), last.plusMonths(3).atEndOfMonth()))
                .isZero();
        assertThat(Migrations.makePartitions(database.dataSource(), LocalDate.of(1999, 1, 1)))
                .isZero();
        for (String table : TABLES) {
            assertThat(partitions(table))
                    .contains(table + "_" + last.plusMonths(3).format(SUFFIX))
                    .doesNotContain(table + "_" + last.plusMonths(4).format(SUFFIX));
        }
        assertThat(Migrations.makePartitions(database.dataSource(), last.plusMonths(4).atDay(1)))
                .isEqualTo(1);
    }

    @Test
    void movesRowsOutOfTheDefaultAndLeavesTheOthers() throws SQLException {
        YearMonth next = installed.plusMonths(4);
        Meter meter = meter("m", Aggregation.UNIQUE_COUNT, MINUTE);
        Instant start = next.atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
        Instant end = next.plusMonths(1).atDay(1).atStartOfDay().toInstant(ZoneOffset.UTC);
        List<TakenReading> readings =
                List.of(
                        TakenReading.of("s", start.toString(), "1"),
                        TakenReading.of("s", start.plusSeconds(86_400).toString(), "2").asLate(),
                        TakenReading.of("s", end.minusSeconds(1).toString(), "3"),
                        TakenReading.of("s", end.toString(), "4"),
                        TakenReading.of("s", "1971-02-03T04:05:06Z", "5"));
        RegisteredMeters.register(database.dataSource(), List.of(meter));
        new UsageTables(connection, meter).insert(readings);
        assertThat(placesOf("usage_row")).containsExactly("usage_row_default: 4");
        assertThat(placesOf("adjustment_row")).containsExactly("adjustment_row_default: 1");

        Migrations.makePartitions(database.dataSource(), next.atDay(15));

        String suffix = next.format(SUFFIX);
        assertThat(placesOf("usage_row"))
                .containsExactly("usage_row_" + suffix + ": 2", "usage_row_default: 2");
        assertThat(placesOf("adjustment_row")).containsExactly("adjustment_row_" + suffix + ": 1");
        assertThat(placesOf("distinct_value"))
                .containsExactly("distinct_value_" + suffix + ": 3", "distinct_value_default: 2");
        assertThat(QueryCall.of("m").values(connection)).containsExactly(new BigDecimal("5"));
        assertThat(QueryCall.of("m").between(start, end).values(connection))
                .containsExactly(new BigDecimal("3"));
    }

    @Test
    void givesNewPartitionsTheKeysAndChecksOfTheirTable() throws SQLException {
        YearMonth next = installed.plusMonths(4);
        Migrations.makePartitions(database.dataSource(), next.atDay(1));
        for (String table : TABLES) {
            String rules =
                    "select contype::text || ' ' || pg_get_constraintdef(oid) from pg_constraint"
                            + " where contype <> 'n' and conrelid = 'tallyflow.%s'::regclass"
                            + " order by 1";
            assertThat(strings(rules.formatted(table + "_" + next.format(SUFFIX))))
                    .isEqualTo(strings(rules.formatted(table)))
                    .isNotEmpty();
            assertThat(
                            strings(
                                    "select 1 from pg_index where indrelid = 'tallyflow.%s'::regclass"
                                            .formatted(table + "_" + next.format(SUFFIX))))
                    .hasSameSizeAs(
                            strings(
                                    "select 1 from pg_index where indrelid = 'tallyflow.%s'::regclass"
                                            .formatted(table)))
                    .hasSizeGreaterThan(1);
        }
    }

    @Test
    void cutsMonthsInUtcWhateverTheSession() throws SQLException {
        YearMonth next = installed.plusMonths(4);
        // The driver allows no other date style, so both are set and reset within one statement.
        execute(
                "set timezone = 'Asia/Kathmandu'; set datestyle = 'German';"
                        + " select tallyflow.make_partitions('"
                        + next.atDay(1).format(DateTimeFormatter.ofPattern("dd.MM.yyyy"))
                        + "'); set datestyle = 'ISO'; set timezone = 'UTC'");
        assertThat(
                        strings(
                                "select pg_get_expr(relpartbound, oid) from pg_class where relname ="
                                        + " 'usage_row_"
                                        + next.format(SUFFIX)
                                        + "'"))
                .containsExactly(
                        "FOR VALUES FROM ('%s 00:00:00+00') TO ('%s 00:00:00+00')"
                                .formatted(next.atDay(1), next.plusMonths(1).atDay(1)));
    }

    @Test
    void refusesADayTooFarAhead() {
        assertThatThrownBy(
                        () ->
                                Migrations.makePartitions(
                                        database.dataSource(), LocalDate.of(9999, 1, 1)))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        error -> assertThat(error.getSQLState()).isEqualTo("22023"))
                .hasMessageContaining("until");
    }

    private List<String> partitions(String table) throws SQLException {
        return strings(
                        "select inhrelid::regclass::text from pg_inherits"
                                + " where inhparent = 'tallyflow."
                                + table
                                + "'::regclass")
                .stream()
                .map(name -> name.replace("tallyflow.", ""))
                .toList();
    }

    private List<String> placesOf(String table) throws SQLException {
        return strings(
                "select replace(tableoid::regclass::text, 'tallyflow.', '') || ': ' || count(*)"
                        + " from tallyflow."
                        + table
                        + " group by tableoid order by 1");
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> strings(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> result = new ArrayList<>();
            while (rows.next()) {
                result.add(rows.getString(1));
            }
            return result;
        }
    }
}
