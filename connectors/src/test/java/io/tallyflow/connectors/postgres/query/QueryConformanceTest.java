package io.tallyflow.connectors.postgres.query;

import static io.tallyflow.connectors.postgres.query.Meters.meter;
import static io.tallyflow.schemas.meter.WindowSize.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.measure.Aggregation;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The conformance cases that are about queries, on rows as the stream would have written them. */
class QueryConformanceTest extends DatabaseTest {

    private static final Instant T = Instant.parse("2024-02-12T00:00:00Z");

    @Test
    void addsNumbersThatDoNotFitADouble() throws SQLException {
        insert(
                Aggregation.SUM,
                TakenReading.of("s", "2024-02-12T00:00:00Z", "9007199254740993"),
                TakenReading.of("s", "2024-02-12T00:00:01Z", "9007199254740993"));
        assertThat(values("sum")).containsExactly("18014398509481986");
    }

    @Test
    void addsTenthsToExactlyOne() throws SQLException {
        TakenReading[] tenths =
                IntStream.range(0, 10)
                        .mapToObj(i -> TakenReading.of("s", T.plusSeconds(i).toString(), "0.1"))
                        .toArray(TakenReading[]::new);
        insert(Aggregation.SUM, tenths);
        assertThat(values("sum")).containsExactly("1");
    }

    @ParameterizedTest
    @CsvSource({
        "SUM, 123.4567890123456789",
        "AVG, 61.72839450617283945",
        "MIN, 0.4567890123456789",
        "MAX, 123",
        "LATEST, 0.4567890123456789",
        "COUNT, 2",
        "UNIQUE_COUNT, 2"
    })
    void keepsEveryDigitInEveryAggregation(Aggregation aggregation, String expected)
            throws SQLException {
        insert(
                aggregation,
                TakenReading.of("s", "2024-02-12T00:00:00Z", "123"),
                TakenReading.of("s", "2024-02-12T00:00:01Z", "0.4567890123456789"));
        assertThat(values(slug(aggregation))).containsExactly(expected);
    }

    @Test
    void countsDistinctValuesAcrossWindows() throws SQLException {
        TakenReading[] readings =
                IntStream.range(0, 20)
                        .mapToObj(
                                i ->
                                        TakenReading.of(
                                                "s",
                                                T.plus(Duration.ofHours(7L * i)).toString(),
                                                String.valueOf(i / 2)))
                        .toArray(TakenReading[]::new);
        insert(Aggregation.UNIQUE_COUNT, readings);
        assertThat(values("unique_count")).containsExactly("10");
    }

    @Test
    void takesTheLatestByEventTime() throws SQLException {
        insert(
                Aggregation.LATEST,
                TakenReading.of("s", "2024-02-12T11:55:00Z", "100"),
                TakenReading.of("s", "2024-02-12T11:57:00Z", "200"),
                TakenReading.of("s", "2024-02-12T11:59:00Z", "150"));
        assertThat(values("latest")).containsExactly("150");
    }

    @Test
    void averagesReadingsNotAverages() throws SQLException {
        insert(
                Aggregation.AVG,
                TakenReading.of("s", "2024-02-12T00:00:00Z", "10"),
                TakenReading.of("s", "2024-02-12T00:00:01Z", "10"),
                TakenReading.of("s", "2024-02-12T00:00:02Z", "10"),
                TakenReading.of("s", "2024-02-12T00:01:00Z", "50"));
        assertThat(plain(QueryCall.of("avg").by("HOUR").values(connection())))
                .containsExactly("20");
    }

    @Test
    void totalsSetQ() throws SQLException {
        insertQ();
        assertThat(values("sum")).containsExactly("2000");
    }

    @Test
    void windowsSetQByMinute() throws SQLException {
        insertQ();
        Duration minute = Duration.ofMinutes(1);
        assertThat(QueryCall.of("sum").by("MINUTE").rows(connection()))
                .containsExactly(
                        window(T, minute, "500"),
                        window(T.plus(minute), minute, "500"),
                        window(T.plus(Duration.ofHours(1)), minute, "500"),
                        window(T.plus(Duration.ofDays(1)), minute, "500"));
    }

    @Test
    void windowsSetQByHour() throws SQLException {
        insertQ();
        Duration hour = Duration.ofHours(1);
        assertThat(QueryCall.of("sum").by("HOUR").rows(connection()))
                .containsExactly(
                        window(T, hour, "1000"),
                        window(T.plus(hour), hour, "500"),
                        window(T.plus(Duration.ofDays(1)), hour, "500"));
    }

    @Test
    void windowsSetQByDayWeekMonthAndYear() throws SQLException {
        insertQ();
        Duration day = Duration.ofDays(1);
        assertThat(QueryCall.of("sum").by("DAY").rows(connection()))
                .containsExactly(window(T, day, "1500"), window(T.plus(day), day, "500"));
        assertThat(QueryCall.of("sum").by("WEEK").rows(connection()))
                .containsExactly(window(T, Duration.ofDays(7), "2000"));
        assertThat(QueryCall.of("sum").by("MONTH").rows(connection()))
                .containsExactly(
                        window(Instant.parse("2024-02-01T00:00:00Z"), Duration.ofDays(29), "2000"));
        assertThat(QueryCall.of("sum").by("YEAR").rows(connection()))
                .containsExactly(
                        window(
                                Instant.parse("2024-01-01T00:00:00Z"),
                                Duration.ofDays(366),
                                "2000"));
    }

    @Test
    void givesOneRowPerSubjectAskedFor() throws SQLException {
        insertQ();
        List<AnswerRow> rows =
                QueryCall.of("sum").ofSubjects("customer-2", "customer-1").rows(connection());
        assertThat(rows).extracting(AnswerRow::subject).containsExactly("customer-1", "customer-2");
        assertThat(plain(rows.stream().map(AnswerRow::value).toList()))
                .containsExactly("400", "400");
    }

    @Test
    void followsLocalDaysAcrossTheStartOfSummerTime() throws SQLException {
        ZoneId zone = ZoneId.of("America/Los_Angeles");
        LocalDate first = LocalDate.parse("2025-03-06");
        TakenReading[] readings =
                IntStream.range(0, 7)
                        .mapToObj(i -> first.plusDays(i).atTime(10, 0).atZone(zone).toInstant())
                        .map(at -> TakenReading.of("s", at.toString(), "100"))
                        .toArray(TakenReading[]::new);
        insert(Aggregation.SUM, readings);
        List<AnswerRow> expected =
                IntStream.range(0, 7)
                        .mapToObj(first::plusDays)
                        .map(
                                day ->
                                        new AnswerRow(
                                                day.atStartOfDay(zone).toInstant(),
                                                day.plusDays(1).atStartOfDay(zone).toInstant(),
                                                null,
                                                Map.of(),
                                                new BigDecimal("100")))
                        .toList();
        List<AnswerRow> rows =
                QueryCall.of("sum").by("DAY").in("America/Los_Angeles").rows(connection());
        assertThat(rows).isEqualTo(expected);
        assertThat(Duration.between(rows.get(3).start(), rows.get(3).end()))
                .isEqualTo(Duration.ofHours(23));
    }

    private void insertQ() throws SQLException {
        List<TakenReading> readings = new ArrayList<>();
        for (int customer = 1; customer <= 5; customer++) {
            for (Duration after :
                    List.of(
                            Duration.ZERO,
                            Duration.ofMinutes(1),
                            Duration.ofHours(1),
                            Duration.ofDays(1))) {
                readings.add(
                        TakenReading.of("customer-" + customer, T.plus(after).toString(), "100"));
            }
        }
        insert(Aggregation.SUM, readings.toArray(TakenReading[]::new));
    }

    private void insert(Aggregation aggregation, TakenReading... readings) throws SQLException {
        insert(meter(slug(aggregation), aggregation, MINUTE), readings);
    }

    private static String slug(Aggregation aggregation) {
        return aggregation.name().toLowerCase(java.util.Locale.ROOT);
    }

    private Stream<String> values(String slug) throws SQLException {
        return plain(QueryCall.of(slug).values(connection())).stream();
    }

    private static List<String> plain(List<BigDecimal> values) {
        return values.stream().map(BigDecimal::toPlainString).toList();
    }

    private static AnswerRow window(Instant start, Duration length, String value) {
        return new AnswerRow(start, start.plus(length), null, Map.of(), new BigDecimal(value));
    }
}
