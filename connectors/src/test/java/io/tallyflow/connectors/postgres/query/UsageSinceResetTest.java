package io.tallyflow.connectors.postgres.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How much since a reset, by examples. */
class UsageSinceResetTest extends DatabaseTest {

    private static final Meter TOKENS =
            Meters.meter("tokens", Aggregation.SUM, WindowSize.HOUR, "model");

    private static final String INVALID_ARGUMENT = "22023";
    private static final String CHECK_VIOLATION = "23514";

    private ResetRows resets;

    @BeforeEach
    void open() {
        resets = new ResetRows(connection());
    }

    @Test
    void beginsWithTheWindowThatHoldsTheTimeOfTheReset() throws SQLException {
        insert(
                TOKENS,
                TakenReading.of("a", "2026-03-01T09:59:59.999999Z", "1"),
                TakenReading.of("a", "2026-03-01T10:00:00Z", "10"),
                TakenReading.of("a", "2026-03-01T10:45:00Z", "100"));
        reset("r", "a", "2026-03-01T10:30:00Z");
        assertThat(column("select at at time zone 'UTC' from tallyflow.reset"))
                .containsExactly("2026-03-01 10:00:00");
        assertThat(since("a", null)).isEqualTo("110");
        assertThat(column("select tallyflow.usage_since_reset('tokens@1', 'a')::text"))
                .as("of a version alone")
                .containsExactly("110");
    }

    @Test
    void endsWithTheWindowThatHoldsTheTimeAskedForAsAQueryDoes() throws SQLException {
        insert(
                TOKENS,
                TakenReading.of("a", "2026-03-01T10:00:00Z", "1"),
                TakenReading.of("a", "2026-03-01T11:45:00Z", "10"));
        reset("r", "a", "2026-03-01T10:00:00Z");
        assertThat(since("a", "2026-03-01T11:00:00Z")).isEqualTo("1");
        assertThat(since("a", "2026-03-01T11:00:00.000001Z")).isEqualTo("11");
    }

    @Test
    void countsFromTheFirstUsageOnWithoutAReset() throws SQLException {
        insert(
                TOKENS,
                TakenReading.of("a", "2026-03-01T09:00:00Z", "1"),
                TakenReading.of("b", "2026-03-01T10:00:00Z", "10"));
        assertThat(since("a", "2026-03-01T12:00:00Z")).isEqualTo("1");
        assertThat(since(null, null)).isEqualTo("11");
        assertThat(inForce("a", null)).isNull();
        reset("r", "a", "2026-03-01T11:00:00Z");
        assertThat(since("a", "2026-03-01T10:59:00Z")).isEqualTo("1");
        assertThat(inForce("a", "2026-03-01T10:59:00Z")).isNull();
    }

    @Test
    void addsLateReadingsToTheSideOfTheBoundaryOnWhichTheirWindowLies() throws SQLException {
        insert(
                TOKENS,
                TakenReading.of("a", "2026-03-01T09:10:00Z", "1"),
                TakenReading.of("a", "2026-03-01T10:10:00Z", "10"));
        reset("r", "a", "2026-03-01T10:00:00Z");
        assertThat(since("a", "2026-03-01T12:00:00Z")).isEqualTo("10");
        // What comes afterwards: late for both sides, and on time for windows of no row yet.
        new UsageTables(connection(), TOKENS)
                .insert(
                        List.of(
                                TakenReading.of("a", "2026-03-01T09:20:00Z", "2").asLate(),
                                TakenReading.of("a", "2026-03-01T08:20:00Z", "4"),
                                TakenReading.of("a", "2026-03-01T10:20:00Z", "20").asLate(),
                                TakenReading.of("a", "2026-03-01T11:20:00Z", "40"),
                                TakenReading.of("a", "2026-03-01T11:30:00Z", "80").asLate()));
        assertThat(since("a", "2026-03-01T12:00:00Z")).isEqualTo("150");
        assertThat(since("a", "2026-03-01T09:59:00Z")).isEqualTo("7");
    }

    @Test
    void countsFromTheLaterOfTwoWhicheverWasRecordedFirst() throws SQLException {
        insert(
                TOKENS,
                TakenReading.of("a", "2026-03-01T09:00:00Z", "1"),
                TakenReading.of("a", "2026-03-01T10:00:00Z", "10"),
                TakenReading.of("a", "2026-03-01T11:00:00Z", "100"));
        reset("later", "a", "2026-03-01T11:00:00Z");
        reset("earlier", "a", "2026-03-01T10:00:00Z");
        assertThat(since("a", null)).isEqualTo("100");
        assertThat(inForce("a", null)).isEqualTo("later");
        // At a time between them the earlier one is in force.
        assertThat(since("a", "2026-03-01T10:30:00Z")).isEqualTo("10");
        assertThat(since("a", "2026-03-01T10:59:59Z")).isEqualTo("10");
        assertThat(inForce("a", "2026-03-01T10:59:59Z")).isEqualTo("earlier");
    }

    @Test
    void countsFromTheLastRecordedOfTwoAtOneBoundary() throws SQLException {
        insert(TOKENS, TakenReading.of("a", "2026-03-01T10:00:00Z", "1"));
        reset("x", "a", "2026-03-01T10:00:00Z");
        reset("b", "a", "2026-03-01T10:30:00Z");
        assertThat(inForce("a", null)).isEqualTo("b");
        resets.undo("b");
        assertThat(inForce("a", null)).isEqualTo("x");
        assertThat(since("a", null)).isEqualTo("1");
    }

    @Test
    void countsFromTheLaterOfAResetOfTheSubjectAndOneOfAll() throws SQLException {
        for (String subject : List.of("a", "b")) {
            insert(
                    TOKENS,
                    TakenReading.of(subject, "2026-03-01T09:00:00Z", "1"),
                    TakenReading.of(subject, "2026-03-01T10:00:00Z", "10"),
                    TakenReading.of(subject, "2026-03-01T11:00:00Z", "100"));
        }
        reset("of-a", "a", "2026-03-01T10:00:00Z");
        assertThat(since("a", null)).isEqualTo("110");
        assertThat(since("b", null)).isEqualTo("111");
        reset("of-all", null, "2026-03-01T11:00:00Z");
        assertThat(since("a", null)).isEqualTo("100");
        assertThat(since("b", null)).isEqualTo("100");
        resets.undo("of-all");
        reset("of-all-earlier", null, "2026-03-01T09:00:00Z");
        assertThat(since("a", null)).isEqualTo("110");
        assertThat(since("b", null)).isEqualTo("111");
    }

    @Test
    void asksForAllSubjectsTogetherSinceAllWereReset() throws SQLException {
        insert(
                TOKENS,
                TakenReading.of("a", "2026-03-01T09:00:00Z", "1"),
                TakenReading.of("b", "2026-03-01T10:00:00Z", "10"),
                TakenReading.of("a", "2026-03-01T11:00:00Z", "100"));
        reset("of-a", "a", "2026-03-01T11:00:00Z");
        assertThat(since(null, null)).isEqualTo("111");
        reset("of-all", null, "2026-03-01T10:00:00Z");
        assertThat(since(null, null)).isEqualTo("110");
    }

    @Test
    void countsAsBeforeOnceItIsUndone() throws SQLException {
        insert(
                TOKENS,
                TakenReading.of("a", "2026-03-01T09:00:00Z", "1"),
                TakenReading.of("a", "2026-03-01T10:00:00Z", "10"));
        reset("first", "a", "2026-03-01T09:00:00Z");
        reset("second", "a", "2026-03-01T10:00:00Z");
        assertThat(since("a", null)).isEqualTo("10");
        resets.undo("second");
        assertThat(since("a", null)).isEqualTo("11");
        resets.undo("first");
        assertThat(inForce("a", null)).isNull();
        assertThat(since("a", null)).isEqualTo("11");
    }

    @Test
    void leavesOtherMetersAndEveryTotalAsTheyWere() throws SQLException {
        Meter calls = Meters.meter("calls", Aggregation.COUNT, WindowSize.HOUR);
        insert(calls, TakenReading.of("a", "2026-03-01T09:00:00Z", "1"));
        insert(
                TOKENS,
                TakenReading.of("a", "2026-03-01T09:00:00Z", "1").in("model", "x"),
                TakenReading.of("b", "2026-03-01T10:00:00Z", "10").in("model", "y").asLate());
        QueryCall query = QueryCall.of("tokens").by("HOUR").groupedBy("subject", "model");
        List<AnswerRow> rows = query.rows(connection());
        List<String> usage = column("select u::text from tallyflow.usage u order by 1");
        reset("r", null, "2026-03-01T23:00:00Z");
        assertThat(since("a", null)).isEqualTo("0");
        assertThat(query.rows(connection())).isEqualTo(rows);
        assertThat(QueryCall.of("tokens").values(connection()))
                .containsExactly(new BigDecimal("11"));
        assertThat(column("select u::text from tallyflow.usage u order by 1")).isEqualTo(usage);
        assertThat(resets.usageSince("calls", "a", null)).isEqualTo("1");
    }

    @ParameterizedTest
    @CsvSource({
        "SUM, 0, 9",
        "COUNT, 0, 3",
        "UNIQUE_COUNT, 0, 2",
        "AVG, , 3",
        "MIN, , 1",
        "MAX, , 4",
        "LATEST, , 4"
    })
    void rollsUpWhatEveryAggregationKeeps(
            Aggregation aggregation, @Nullable String ofNothing, String ofAll) throws SQLException {
        insert(
                Meters.meter("tokens", aggregation, WindowSize.MINUTE),
                TakenReading.of("a", "2026-03-01T09:59:30Z", "7"),
                TakenReading.of("a", "2026-03-01T10:00:30Z", "1"),
                TakenReading.of("a", "2026-03-01T10:10:30Z", "4").asLate(),
                TakenReading.of("a", "2026-03-01T10:05:30Z", "4"));
        reset("r", "a", "2026-03-01T10:00:00Z");
        assertThat(since("a", "2026-03-01T10:00:00Z")).isEqualTo(ofNothing);
        assertThat(since("nobody", null)).isEqualTo(ofNothing);
        assertThat(since("a", "2026-03-01T11:00:00Z")).isEqualTo(ofAll);
    }

    @Test
    void isTheSameInEverySession() throws SQLException {
        Meter daily = Meters.meter("tokens", Aggregation.SUM, WindowSize.DAY);
        insert(
                daily,
                TakenReading.of("a", "2026-03-01T23:59:00Z", "1"),
                TakenReading.of("a", "2026-03-02T00:00:00Z", "10"));
        execute("set local timezone = 'America/Los_Angeles'");
        reset("r", "a", "2026-03-02T07:59:00Z");
        assertThat(since("a", null)).isEqualTo("10");
        execute("set local timezone = 'Pacific/Kiritimati'");
        assertThat(since("a", null)).isEqualTo("10");
    }

    @Test
    void takesForOpenWhatAQueryTakesForOpen() throws SQLException {
        insert(TOKENS, TakenReading.of("a", "2026-03-01T10:00:00Z", "1"));
        reset("r", "a", "2026-03-01T10:00:00Z");
        assertThat(column("select tallyflow.usage_since_reset('tokens', 'a', 'infinity')"))
                .containsExactly("1");
        assertThat(column("select tallyflow.usage_since_reset('tokens', 'a')"))
                .containsExactly("1");
        assertThat(column("select value from tallyflow.usage_since_reset('tokens')"))
                .containsExactly("1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "'nothing', 'a', '2026-03-01Z' | meter: there is no meter \"nothing\"",
                "null, 'a', '2026-03-01Z' | meter: there is no meter null",
                "'tokens', 'a', '-infinity' | at: must be an instant"
            })
    void refusesWhatItCannotAnswer(String argumentsAndMessage) throws SQLException {
        insert(TOKENS);
        String[] parts = argumentsAndMessage.split(" \\| ");
        assertThatThrownBy(() -> column("select tallyflow.usage_since_reset(" + parts[0] + ")"))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining(parts[1])
                .hasFieldOrPropertyWithValue("SQLState", INVALID_ARGUMENT);
    }

    @ParameterizedTest
    @CsvSource({
        "id, '', " + CHECK_VIOLATION,
        "subject, '', " + CHECK_VIOLATION,
        "requested, infinity, " + CHECK_VIOLATION,
        "requested, -infinity, " + CHECK_VIOLATION,
        "meter, nothing, " + INVALID_ARGUMENT,
        "savepoint, file:/elsewhere, 23503",
        "undo_reason, why, " + CHECK_VIOLATION,
        "undone_by, ann, " + CHECK_VIOLATION
    })
    void recordsNothingThatMeansNothing(String column, String value, String state)
            throws SQLException {
        insert(TOKENS);
        reset("r", "a", "2026-03-01T10:00:00Z");
        assertThatThrownBy(
                        () ->
                                execute(
                                        """
                                        insert into tallyflow.reset select (jsonb_populate_record(r,
                                            jsonb_build_object('id', 'other', '%s', '%s'))).*
                                        from tallyflow.reset r
                                        """
                                                .formatted(column, value)))
                .hasFieldOrPropertyWithValue("SQLState", state);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set undone_at = null, undone_by = null, undo_reason = null",
                "set undone_at = now()",
                "set undo_reason = 'another'"
            })
    void staysUndone(String change) throws SQLException {
        insert(TOKENS);
        reset("r", "a", "2026-03-01T10:00:00Z");
        resets.undo("r");
        assertThatThrownBy(() -> execute("update tallyflow.reset " + change))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("reset r was undone")
                .hasFieldOrPropertyWithValue("SQLState", "23000");
    }

    @Test
    void staysAtItsBoundaryWhateverIsWrittenThere() throws SQLException {
        insert(TOKENS);
        reset("r", "a", "2026-03-01T10:00:00Z");
        execute(
                """
                insert into tallyflow.reset (id, meter, at, requested, savepoint, recorded_by)
                values ('x', 'tokens', '2026-01-01 00:00:01Z', '2026-03-01 10:59:59.999999Z',
                    'file:/savepoint', 'ann')
                """);
        assertThat(column("select distinct at at time zone 'UTC' from tallyflow.reset"))
                .containsExactly("2026-03-01 10:00:00");
    }

    private void reset(String id, @Nullable String subject, String requested) throws SQLException {
        resets.record(id, "tokens", subject, Instant.parse(requested));
    }

    private @Nullable String since(@Nullable String subject, @Nullable String at)
            throws SQLException {
        BigDecimal value =
                resets.usageSince("tokens", subject, at == null ? null : Instant.parse(at));
        return value == null ? null : value.toPlainString();
    }

    /** Its id, or null. */
    private @Nullable String inForce(@Nullable String subject, @Nullable String at)
            throws SQLException {
        try (var question =
                connection()
                        .prepareStatement(
                                "select id from tallyflow.reset_in_force('tokens', ?, ?::timestamptz)")) {
            question.setString(1, subject);
            question.setString(2, at);
            try (var row = question.executeQuery()) {
                return row.next() ? row.getString(1) : null;
            }
        }
    }
}
