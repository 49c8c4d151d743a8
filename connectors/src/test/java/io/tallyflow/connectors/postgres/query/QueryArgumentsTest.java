package io.tallyflow.connectors.postgres.query;

import static io.tallyflow.connectors.postgres.query.Meters.meter;
import static io.tallyflow.schemas.meter.WindowSize.DAY;
import static io.tallyflow.schemas.meter.WindowSize.HOUR;
import static io.tallyflow.schemas.meter.WindowSize.MINUTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.measure.Aggregation;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What arguments mean, which are refused, and that text stays text. */
class QueryArgumentsTest extends DatabaseTest {

    private static final String NOON = "2025-03-09T12:00:00Z";

    @Test
    void refusesAnUnknownMeter() {
        refuses(QueryCall.of("nobody"), "meter", "nobody");
    }

    @Test
    void asksOneVersionAlone() throws SQLException {
        insert(meter("m", Aggregation.SUM, MINUTE), TakenReading.of("s", NOON, "1"));
        assertThat(QueryCall.of("m@1").rows(connection()))
                .isEqualTo(QueryCall.of("m").rows(connection()))
                .isNotEmpty();
        refuses(QueryCall.of("m@2"), "meter", "totals of meter m show no version 2");
        refuses(QueryCall.of("m@999999999"), "meter", "no version 999999999");
        refuses(QueryCall.of("m@1").groupedBy("g"), "group_by", "meter m@1 is grouped by");
        for (String name : new String[] {"m@0", "m@01", "m@1x", "m@-1", "m@", "@1", "m@1@1"}) {
            refuses(QueryCall.of(name), "meter", "there is no meter \"" + name + "\"");
        }
        refuses(QueryCall.of("m@1000000000"), "meter", "there is no meter");
        refuses(QueryCall.of("nobody@1"), "meter", "there is no meter \"nobody\"");
    }

    @Test
    void refusesARangeThatIsEmptyOrBackwards() throws SQLException {
        insert(meter("m", Aggregation.SUM, MINUTE));
        refuses(QueryCall.of("m").between(NOON, NOON), "from", "to");
        refuses(QueryCall.of("m").between(NOON, "2025-03-09T11:59:59Z"), "from", "to");
    }

    @Test
    void refusesAnUnknownWindowSize() throws SQLException {
        insert(meter("m", Aggregation.SUM, MINUTE));
        refuses(QueryCall.of("m").by("FORTNIGHT"), "window_size", "FORTNIGHT");
        refuses(QueryCall.of("m").by("hour"), "window_size", "hour");
        refuses(QueryCall.of("m").by(""), "window_size");
    }

    @Test
    void refusesAWindowSizeFinerThanTheGrain() throws SQLException {
        insert(meter("m", Aggregation.SUM, DAY));
        refuses(QueryCall.of("m").by("HOUR"), "window_size", "DAY");
        refuses(QueryCall.of("m").by("MINUTE"), "window_size", "DAY");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Mars/Olympus",
                "",
                "Berlin1",
                "UTC+3",
                "Etc/GMT+50",
                "5",
                "PDT",
                "localtime",
                "LocalTime",
                "posixrules",
                "posix/Europe/Berlin",
                "Right/Europe/Berlin",
                "nan",
                "Infinity",
                "../etc/passwd",
                "<x>5",
                "UTC'; drop table tallyflow.ledger; --"
            })
    void refusesWhatIsNotAnIanaZone(String zone) throws SQLException {
        insert(meter("m", Aggregation.SUM, MINUTE), TakenReading.of("s", NOON, "1"));
        refuses(QueryCall.of("m").in(zone), "time_zone");
        refuses(QueryCall.of("m").by("DAY").in(zone), "time_zone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Europe/Berlin",
                "CET",
                "Etc/GMT+5",
                "EST5EDT",
                "NZ-CHAT",
                "utc",
                "etc/utc",
                "europe/berlin",
                "AMERICA/ST_JOHNS",
                "cet",
                "est5edt",
                "nz-chat"
            })
    void takesEveryIanaZone(String zone) throws SQLException {
        insert(meter("m", Aggregation.SUM, MINUTE), TakenReading.of("s", NOON, "1"));
        assertThat(QueryCall.of("m").by("DAY").in(zone).values(connection()))
                .containsExactly(BigDecimal.ONE);
    }

    @Test
    void refusesUnknownGroupsByName() throws SQLException {
        insert(meter("m", Aggregation.SUM, MINUTE, "model"));
        refuses(QueryCall.of("m").groupedBy("model", "region"), "group_by", "region");
        refuses(QueryCall.of("m").where("region", "x"), "filter", "region");
        refuses(QueryCall.of("m").where("subject", "x"), "filter", "subject");
    }

    @Test
    void refusesAFilterThatIsNotListsOfStrings() throws SQLException {
        insert(meter("m", Aggregation.SUM, MINUTE, "model"));
        for (String filter :
                new String[] {
                    "[]", "null", "1", "{\"model\": \"a\"}", "{\"model\": [1]}", "{\"model\": {}}"
                }) {
            refusesSql("select * from tallyflow.query('m', filter => '" + filter + "')", "filter");
        }
    }

    @Test
    void refusesNullsInLists() throws SQLException {
        insert(meter("m", Aggregation.SUM, MINUTE, "model"));
        refusesSql("select * from tallyflow.query('m', subjects => array['a', null])", "subjects");
        refusesSql("select * from tallyflow.query('m', group_by => array[null])", "group_by");
        refusesSql("select * from tallyflow.query(null)", "meter");
    }

    @Test
    void refusesAZoneWhoseDaysDoNotFallOnTheGrain() throws SQLException {
        insert(meter("d", Aggregation.SUM, DAY), TakenReading.of("s", NOON, "1"));
        QueryCall query = QueryCall.of("d").by("DAY").in("America/Los_Angeles");
        refuses(query, "time_zone", "DAY");
        refuses(query.between("2025-03-01T00:00:00Z", "2025-04-01T00:00:00Z"), "time_zone");
        refuses(query.between("2001-03-01T00:00:00Z", "2001-04-01T00:00:00Z"), "time_zone");
    }

    @Test
    void refusesSuchAZoneAlsoWhereNothingWasCountedYet() throws SQLException {
        insert(meter("d", Aggregation.SUM, DAY));
        refuses(QueryCall.of("d").by("DAY").in("America/Los_Angeles"), "time_zone", "DAY");
    }

    @Test
    void refusesAZoneWhoseHoursDoNotFallOnTheGrain() throws SQLException {
        insert(meter("h", Aggregation.SUM, HOUR), TakenReading.of("s", NOON, "1"));
        QueryCall query = QueryCall.of("h").by("HOUR");
        assertThat(query.in("Europe/Berlin").values(connection())).containsExactly(BigDecimal.ONE);
        refuses(query.in("Asia/Kolkata"), "time_zone", "HOUR");
        for (String zone : new String[] {"Asia/Kolkata", "asia/kathmandu", "Australia/Lord_Howe"}) {
            refuses(
                    query.in(zone).between("2025-06-01T00:00:00Z", "2025-06-01T01:00:00Z"),
                    "time_zone",
                    "HOUR");
        }
        // In summer it is eleven hours ahead.
        assertThat(query.in("Australia/Lord_Howe").values(connection()))
                .containsExactly(BigDecimal.ONE);
    }

    @Test
    void beginsHoursWhenClocksShowThem() throws SQLException {
        insert(
                meter("m", Aggregation.SUM, MINUTE),
                TakenReading.of("s", "2025-01-01T00:29:59Z", "1"));
        assertThat(QueryCall.of("m").by("HOUR").in("Asia/Kolkata").rows(connection()))
                .containsExactly(
                        new AnswerRow(
                                Instant.parse("2024-12-31T23:30:00Z"),
                                Instant.parse("2025-01-01T00:30:00Z"),
                                null,
                                Map.of(),
                                BigDecimal.ONE));
    }

    @Test
    void judgesAZoneByTheRangeOnly() throws SQLException {
        // Half an hour off until May 2016.
        insert(
                meter("h", Aggregation.SUM, HOUR),
                TakenReading.of("s", "2020-02-02T02:00:00Z", "1"));
        QueryCall query = QueryCall.of("h").by("DAY").in("America/Caracas");
        assertThat(query.values(connection())).containsExactly(BigDecimal.ONE);
        refuses(query.between("2015-01-01T00:00:00Z", "2021-01-01T00:00:00Z"), "time_zone", "HOUR");
        refuses(query.in("Asia/Kathmandu"), "time_zone", "HOUR");
    }

    @Test
    void roundsTheRangeOutwardsToTheGrain() throws SQLException {
        insert(
                meter("h", Aggregation.SUM, HOUR),
                TakenReading.of("s", "2025-03-09T10:59:59Z", "1"),
                TakenReading.of("s", "2025-03-09T11:00:00Z", "2"),
                TakenReading.of("s", "2025-03-09T12:59:59Z", "4"),
                TakenReading.of("s", "2025-03-09T13:00:00Z", "8"));
        assertThat(
                        QueryCall.of("h")
                                .between("2025-03-09T11:30:00Z", "2025-03-09T12:00:00.000001Z")
                                .rows(connection()))
                .containsExactly(
                        new AnswerRow(
                                Instant.parse("2025-03-09T11:00:00Z"),
                                Instant.parse("2025-03-09T13:00:00Z"),
                                null,
                                Map.of(),
                                new BigDecimal("6")));
        assertThat(
                        QueryCall.of("h")
                                .between("2025-03-09T11:00:00Z", "2025-03-09T12:00:00Z")
                                .values(connection()))
                .containsExactly(new BigDecimal("2"));
    }

    @Test
    void givesAWindowThatTheRangeCutsWithWhatLiesInTheRange() throws SQLException {
        insert(
                meter("m", Aggregation.SUM, MINUTE),
                TakenReading.of("s", "2025-03-09T10:00:00Z", "1"),
                TakenReading.of("s", "2025-03-09T14:00:00Z", "2"),
                TakenReading.of("s", "2025-03-10T10:00:00Z", "4"));
        assertThat(
                        QueryCall.of("m")
                                .by("DAY")
                                .between("2025-03-09T12:00:00Z", "2025-03-10T11:00:00Z")
                                .rows(connection()))
                .extracting(AnswerRow::start, AnswerRow::end, row -> row.value().toPlainString())
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(
                                Instant.parse("2025-03-09T00:00:00Z"),
                                Instant.parse("2025-03-10T00:00:00Z"),
                                "2"),
                        org.assertj.core.groups.Tuple.tuple(
                                Instant.parse("2025-03-10T00:00:00Z"),
                                Instant.parse("2025-03-11T00:00:00Z"),
                                "4"));
    }

    @ParameterizedTest
    @EnumSource(Aggregation.class)
    void givesZeroForCountsOfNothingAndOtherwiseNoRow(Aggregation aggregation) throws SQLException {
        insert(meter("m", aggregation, MINUTE, "model"));
        boolean counts =
                aggregation == Aggregation.COUNT || aggregation == Aggregation.UNIQUE_COUNT;
        QueryCall all = QueryCall.of("m");
        Instant from = Instant.parse("2025-03-09T10:00:30Z");
        for (QueryCall query :
                new QueryCall[] {
                    all,
                    all.between(from, null),
                    all.between(null, from),
                    all.where("model", "x"),
                    all.between("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z")
                }) {
            assertThat(query.values(connection()))
                    .isEqualTo(counts ? java.util.List.of(BigDecimal.ZERO) : java.util.List.of());
        }
        assertThat(all.by("DAY").rows(connection())).isEmpty();
        assertThat(all.groupedBy("model").rows(connection())).isEmpty();
        assertThat(all.groupedBy("subject").rows(connection())).isEmpty();
        assertThat(all.ofSubjects("a").rows(connection())).isEmpty();
    }

    @Test
    void givesNothingForNoSubjectsInsteadOfAll() throws SQLException {
        insert(meter("m", Aggregation.COUNT, MINUTE), TakenReading.of("s", NOON, "1"));
        assertThat(QueryCall.of("m").ofSubjects().rows(connection())).isEmpty();
    }

    @Test
    void answersForAMeterThatIsNoLongerInForce() throws SQLException {
        insert(meter("old", Aggregation.SUM, MINUTE), TakenReading.of("s", NOON, "7"));
        insert(meter("new", Aggregation.SUM, MINUTE));
        assertThat(QueryCall.of("old").values(connection())).containsExactly(new BigDecimal("7"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "customer', (SELECT sleep(3)), 'key",
                "\"quoted\"",
                "back\\slash",
                "{\"model\": 1}",
                "a,b",
                "{}",
                "NULL",
                "%s $1 ?",
                "'; drop schema tallyflow cascade; --",
                "\uD83D\uDE00 \u00e9"
            })
    void keepsTextThatLooksLikeSqlAsText(String text) throws SQLException {
        insert(
                meter("m", Aggregation.SUM, MINUTE, "model"),
                TakenReading.of(text, NOON, "3").in("model", text),
                TakenReading.of("other", NOON, "4").in("model", "other"));
        AnswerRow expected =
                new AnswerRow(
                        Instant.parse(NOON),
                        Instant.parse("2025-03-09T12:01:00Z"),
                        text,
                        Map.of("model", text),
                        new BigDecimal("3"));
        QueryCall query = QueryCall.of("m").groupedBy("model", "subject");
        assertThat(query.ofSubjects(text).rows(connection())).containsExactly(expected);
        assertThat(query.where("model", text).rows(connection())).containsExactly(expected);
        refuses(QueryCall.of("m").groupedBy(text), "group_by");
        refuses(QueryCall.of("m").where(text, "x"), "filter");
        refuses(QueryCall.of(text), "meter");
        refuses(QueryCall.of("m").by(text), "window_size");
        refuses(QueryCall.of("m").in(text), "time_zone");
    }

    @Test
    void findsLongGroupValuesByWhatWasSent() throws SQLException {
        String sent = "x".repeat(257);
        String kept = column("select 'sha256:' || encode(sha256('" + sent + "'), 'hex')").get(0);
        insert(
                meter("m", Aggregation.SUM, MINUTE, "model"),
                TakenReading.of("s", NOON, "3").in("model", kept));
        assertThat(QueryCall.of("m").where("model", sent).values(connection()))
                .containsExactly(new BigDecimal("3"));
        assertThat(QueryCall.of("m").where("model", kept).values(connection()))
                .containsExactly(new BigDecimal("3"));
    }

    @Test
    void ordersByWindowThenSubjectThenGroupAsBytes() throws SQLException {
        insert(
                meter("m", Aggregation.SUM, MINUTE, "b", "aa"),
                TakenReading.of("b", "2025-03-09T12:00:00Z", "1").in("b", "z"),
                TakenReading.of("B", "2025-03-09T12:00:00Z", "1").in("b", "a!"),
                TakenReading.of("B", "2025-03-09T12:00:00Z", "1").in("b", "a"),
                TakenReading.of("a", "2025-03-09T12:01:00Z", "1").in("b", "a"),
                TakenReading.of("\u00e9", "2025-03-09T12:00:00Z", "1").in("b", "a"));
        assertThat(QueryCall.of("m").by("MINUTE").groupedBy("subject", "b").rows(connection()))
                .extracting(row -> row.subject() + "/" + row.groups().get("b"))
                .containsExactly("B/a", "B/a!", "b/z", "\u00e9/a", "a/a");
    }

    @Test
    void takesUnboundedAndFarAwayRanges() throws SQLException {
        insert(meter("m", Aggregation.SUM, MINUTE), TakenReading.of("s", NOON, "5"));
        for (String range :
                new String[] {
                    "\"from\" => '-infinity', \"to\" => 'infinity'",
                    "\"from\" => '4713-01-01 BC', \"to\" => '294000-01-01'",
                    "\"from\" => '-infinity'",
                    "\"to\" => 'infinity'"
                }) {
            assertThat(column("select value from tallyflow.query('m', " + range + ")"))
                    .containsExactly("5");
        }
        assertThat(column("select 1 from tallyflow.query('m', \"from\" => '20000-01-01')"))
                .isEmpty();
        assertThat(column("select 1 from tallyflow.query('m', \"to\" => '1000-01-01 BC')"))
                .isEmpty();
        refusesSql("select tallyflow.query('m', \"from\" => 'infinity')", "from");
        refusesSql("select tallyflow.query('m', \"to\" => '-infinity')", "to");
    }

    private void refuses(QueryCall query, String... mentioned) {
        assertThatThrownBy(() -> inSavepoint(() -> query.rows(connection())))
                .isInstanceOfSatisfying(SQLException.class, QueryArgumentsTest::isRefusal)
                .hasMessageContainingAll(mentioned);
    }

    private void refusesSql(String sql, String... mentioned) {
        assertThatThrownBy(() -> inSavepoint(() -> column(sql)))
                .isInstanceOfSatisfying(SQLException.class, QueryArgumentsTest::isRefusal)
                .hasMessageContainingAll(mentioned);
    }

    private static void isRefusal(SQLException refusal) {
        assertThat(refusal.getSQLState()).isEqualTo("22023");
    }

    private interface Call {
        Object run() throws SQLException;
    }

    private void inSavepoint(Call call) throws SQLException {
        Savepoint before = connection().setSavepoint();
        try {
            call.run();
        } finally {
            connection().rollback(before);
        }
    }
}
