package io.tallyflow.operations.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.schema.AskedVersions;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.stream.LakeRow;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Counting from the lake what the stream did not count, by a user who may no more than write. */
final class BackfillTest extends BackfillRig {

    @Test
    void goesOnWithTheNextDayAndForgetsWhatADeadProcessHadBegun() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        assertThatThrownBy(() -> backfill("m", LIMITS, diesAfter(2)))
                .hasMessageContaining("power is gone");
        assertThat(usage("m")).isEmpty();
        run(
                """
                insert into tallyflow.usage_row (cell, window_start, layer, shard, commit, readings,
                    settled)
                select u.cell, u.window_start + interval '2 days', u.layer, u.shard, u.commit, 99, true
                from tallyflow.usage_row u order by u.window_start limit 1
                """);
        List<Backfill.Outcome> outcomes =
                backfill(
                        "m",
                        LIMITS,
                        new RunListener() {
                            @Override
                            public void begins(long run, int days) {
                                assertThat(run).isEqualTo(1);
                                assertThat(days).isEqualTo(2);
                            }
                        });
        assertThat(outcomes.get(0).events()).isEqualTo(4);
        assertThat(usage("m"))
                .containsExactly("01 00:00 1", "02 00:00 1", "03 00:00 1", "04 00:00 1");
        assertThat(ask("select state || events || windows from tallyflow.run"))
                .containsExactly("shown44");
    }

    @Test
    void saysOfNoOpenWindowThatItHasSettled() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT, windowSize: DAY}", days(3), 1);
        backfill("m", LIMITS, DEAF);
        String settled =
                "select extract(day from window_start) || ' ' || settled from tallyflow.usage"
                        + " order by window_start";
        assertThat(ask(settled)).containsExactly("1 false", "2 false", "3 false");
        run("update tallyflow.ledger set settled_until = '2026-03-02T23:59:59.999Z'");
        assertThat(ask(settled)).containsExactly("1 true", "2 false", "3 false");
        run("update tallyflow.ledger set settled_until = '2026-03-03T00:00:00Z'");
        assertThat(ask(settled)).containsExactly("1 true", "2 true", "3 false");
        // The stream has a share of a window, too, which is open.
        run(
                """
                insert into tallyflow.usage_row (cell, window_start, layer, shard, commit, readings,
                    settled)
                select cell, window_start, 1, 0, 7, 1, false from tallyflow.usage_row
                where window_start = '2026-03-01T00:00:00Z'
                """);
        assertThat(ask(settled)).containsExactly("1 false", "2 true", "3 false");
    }

    @Test
    void givesUpWhatWasBegunForAnotherTime() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        assertThatThrownBy(() -> backfill("m", LIMITS, diesAfter(1))).isNotNull();
        Instant day = FIRST_DAY.plus(Duration.ofDays(1));
        assertThat(backfill("m", day, day.plus(Duration.ofDays(1)))).hasSize(1);
        assertThat(usage("m")).containsExactly("02 00:00 1");
        assertThat(ask("select run || state from tallyflow.run order by run"))
                .containsExactly("1failed", "2shown");
        assertThat(ask("select layer::text from tallyflow.usage_row")).hasSize(1);
    }

    @Test
    void countsNoTimeTwice() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        Instant day = FIRST_DAY.plus(Duration.ofDays(1));
        backfill("m", day, day.plus(Duration.ofDays(1)));
        assertThat(ask("select complete_from::text from tallyflow.meter"))
                .containsExactly("2026-03-04 00:01:00+00");
        assertThat(backfill("m", LIMITS, DEAF)).hasSize(2);
        assertThat(usage("m"))
                .containsExactly("01 00:00 1", "02 00:00 1", "03 00:00 1", "04 00:00 1");
        assertThat(ask("select coalesce(complete_from::text, 'whole') from tallyflow.meter"))
                .containsExactly("whole");
        assertThat(backfill("m", LIMITS, DEAF)).isEmpty();
        assertThat(ask("select value::text from tallyflow.query('m')")).containsExactly("4");
    }

    @Test
    void isWholeFromWhereRunsAndStreamMeet() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        backfill("m", FIRST_DAY.plus(Duration.ofDays(2)), null);
        assertThat(ask("select complete_from::text from tallyflow.meter"))
                .containsExactly("2026-03-03 00:00:00+00");
    }

    @Test
    void endsIfTheResultsAreRewoundToBeforeItsCut() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(3), 1);
        RunListener rewinds =
                afterADay(() -> run("update tallyflow.counting_run set state = 'undone'"));
        assertThatThrownBy(() -> backfill("m", LIMITS, rewinds))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("run 1 was ended by others");
        assertThat(usage("m")).isEmpty();
        assertThat(backfill("m", LIMITS, DEAF).get(0).run()).isEqualTo(2);
        assertThat(usage("m")).hasSize(3);
        assertThat(ask("select distinct layer::text from tallyflow.usage_row")).hasSize(1);
        assertThat(ask("select state || swept from tallyflow.counting_run order by run"))
                .containsExactly("undonetrue", "shownfalse");
    }

    @Test
    void letsAVersionTakeThePlaceOfTheOneBeforeItOnceItLacksNothing() throws Exception {
        redefine("02");
        assertThat(usage("m"))
                .containsExactly("01 00:00 1", "02 00:00 1", "03 00:00 1", "04 00:00 1");
        List<String> seen = new ArrayList<>();
        RunListener looks = afterADay(() -> seen.addAll(usage("m")));
        assertThat(version(2, looks).get(0).events()).isEqualTo(3);
        assertThat(seen).hasSize(3 * 4);
        assertThat(ask("select kind || state || events from tallyflow.run order by run"))
                .containsExactly("backfillshown4", "redefineshown3");
        assertThat(
                        ask(
                                """
                                select to_char(window_start at time zone 'UTC', 'DD') || group_by || value
                                from tallyflow.usage order by 1
                                """))
                .containsExactly(
                        "01{}1", "02{\"x\": \"x\"}1", "03{\"x\": \"x\"}1", "04{\"x\": \"x\"}1");
        assertThat(ask("select version || state from tallyflow.meter_version order by 1"))
                .containsExactly("1shown", "2shown");
        assertThat(
                        ask(
                                "select version || to_char(counts_to at time zone 'UTC', 'DD')"
                                        + " from tallyflow.meter_request where kind = 'end'"))
                .containsExactly("102");
        assertThat(ask("select value::text from tallyflow.query('m')")).containsExactly("4");
        assertThat(version(2, DEAF)).isEmpty();
    }

    /** The run of the version before covers time that is not its own any more. */
    @Test
    void isNotWholeIfTheRunOfTheVersionInForceIsUndone() throws Exception {
        redefine("02");
        version(2, DEAF);
        assertThat(ask("select coalesce(complete_from::text, 'whole') from tallyflow.meter"))
                .containsExactly("whole");
        run("update tallyflow.counting_run set state = 'undone' where kind = 'redefine'");
        assertThat(ask("select complete_from::text from tallyflow.meter"))
                .containsExactly("2026-03-04 00:01:00+00");
    }

    @Test
    void keepsWhatTotalsShowFromBeingDeleted() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(1), 1);
        backfill("m", LIMITS, DEAF);
        try (Connection connection = writer.connect()) {
            assertThatThrownBy(() -> Question.run(connection, "delete from tallyflow.usage_row"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("deleted by a rewind only");
        }
        assertThat(usage("m")).hasSize(1);
    }

    @Test
    void endsIfAnotherProcessGoesOnWithIt() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(3), 1);
        RunListener other =
                afterADay(
                        () ->
                                run(
                                        "update tallyflow.counting_run set done_until = done_until"
                                                + " + interval '1 day'"));
        assertThatThrownBy(() -> backfill("m", LIMITS, other))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("run 1 was ended by others");
        assertThat(usage("m")).isEmpty();
    }

    @Test
    void showsNoVersionWhosePlaceAnotherHasTaken() throws Exception {
        redefine("02");
        assertIsNotShownBehindAnother();
    }

    @Test
    void showsNoVersionBehindALaterOneThoughItIsToEndByItself() throws Exception {
        redefine("02");
        run(
                "insert into tallyflow.meter_request (kind, slug, version, counts_to)"
                        + " values ('end', 'm', 2, '2026-04-01Z')");
        assertIsNotShownBehindAnother();
    }

    private void assertIsNotShownBehindAnother() throws Exception {
        RunListener another =
                new RunListener() {
                    @Override
                    public void begins(long run, int days) {
                        try (Connection connection = database.connect()) {
                            long request = AskedVersions.ask(connection, List.of(changed(3, "05")));
                            MeterRegistry.register(
                                    connection, 0, request, 7, unused -> FIRST_DAY.toEpochMilli());
                        } catch (SQLException e) {
                            throw new IllegalStateException(e);
                        }
                    }
                };
        assertThatThrownBy(() -> version(2, another))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("another version took its place");
        assertThat(usage("m")).hasSize(4);
    }

    /** A second version, registered by the commit that the first one was, from a day on. */
    private void redefine(String day) throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(4), 1);
        try (Connection connection = database.connect()) {
            long request = AskedVersions.ask(connection, List.of(changed(2, day)));
            MeterRegistry.register(
                    connection,
                    0,
                    request,
                    commits,
                    unused -> FIRST_DAY.plus(Duration.ofDays(3)).toEpochMilli());
        }
        assertThat(backfill("m", LIMITS, DEAF).get(0).events()).isEqualTo(4);
    }

    private static MeterVersion changed(int version, String day) {
        return new MeterVersion(
                MeterFile.parse(
                                "m",
                                "meters: [{slug: m, eventType: m, aggregation: COUNT, groupBy:"
                                        + " {x: $.x}}]")
                        .get(0),
                version,
                Instant.parse("2026-03-" + day + "T00:00:00Z").toEpochMilli(),
                MeterVersion.ALWAYS_TO);
    }

    private List<Backfill.Outcome> version(int version, RunListener listener) {
        return new Backfill(address(), lake.options(), LIMITS, listener)
                .run(Backfill.Request.version("m", version, Duration.ZERO));
    }

    @Test
    void runsAlone() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(1), 1);
        RunListener another =
                new RunListener() {
                    @Override
                    public void begins(long run, int days) {
                        assertThatThrownBy(() -> backfill("m", LIMITS, DEAF))
                                .isInstanceOf(RequestFailedException.class)
                                .hasMessageContaining("another run is under way");
                    }
                };
        assertThat(backfill("m", LIMITS, another)).hasSize(1);
    }

    @Test
    void waitsForTheLake() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(1), 1);
        // One more was accepted before the commit, and is not in the lake yet.
        run("update tallyflow.ledger_history set consumed = consumed + 1, metered = metered + 1");
        run("update tallyflow.ledger_history set checkpoint = checkpoint + 1");
        assertThatThrownBy(() -> backfill("m", LIMITS, DEAF))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("does not hold yet all events of before commit 6");
        assertThat(ask("select run::text from tallyflow.run")).isEmpty();
        LakeRow late = row("m", FIRST_DAY.plusSeconds(60), 0, "late");
        lake.commit(0, List.of(late));
        assertThat(backfill("m", LIMITS, DEAF).get(0).events()).isEqualTo(2);
    }

    @Test
    void doesNotTakeALakeOfBeforeARewindForOneThatIsWhole() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(1), 1);
        // As many were accepted, and the lake's batch is of a commit that is no more.
        run("update tallyflow.ledger_history set checkpoint = checkpoint + 1");
        run("update tallyflow.ledger set epoch = 1");
        assertThatThrownBy(() -> backfill("m", LIMITS, DEAF))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("does not hold yet all events");
        run("update tallyflow.ledger set epoch = 0");
        assertThat(backfill("m", LIMITS, DEAF)).hasSize(1);
    }

    @Test
    void onlyCountsIfAsked() throws Exception {
        count("m", "{slug: m, eventType: m, aggregation: COUNT}", days(2), 1);
        List<Backfill.Outcome> outcomes =
                new Backfill(address(), lake.options(), LIMITS, DEAF)
                        .run(
                                new Backfill.Request(
                                        "m", null, null, null, null, false, Duration.ZERO));
        assertThat(outcomes.get(0).events()).isEqualTo(2);
        assertThat(outcomes.get(0).shownInCommit()).isNull();
        assertThat(ask("select layer::text from tallyflow.usage_row")).isEmpty();
        assertThat(ask("select run::text from tallyflow.run")).isEmpty();
    }

    @Test
    void saysWhatCannotBeCounted() throws Exception {
        assertThatThrownBy(() -> backfill("nothing", LIMITS, DEAF))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("there is no meter nothing");
        count("m", "{slug: m, eventType: m, aggregation: COUNT, windowSize: HOUR}", days(1), 1);
        assertThatThrownBy(() -> backfill("m", FIRST_DAY.plusSeconds(60), null))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("is within a window of m, whose windows are of one HOUR");
        assertThatThrownBy(() -> backfill("m", FIRST_DAY.plusNanos(1), null))
                .isInstanceOf(RequestRefusedException.class);
        try (Connection connection = database.connect()) {
            AskedVersions.ask(
                    connection,
                    MeterVersion.firsts(
                            MeterFile.parse(
                                    "m", "meters: [{slug: n, eventType: n, aggregation: COUNT}]")));
        }
        assertThatThrownBy(() -> backfill("n", LIMITS, DEAF))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("no commit counts by meter n yet");
    }

    @Test
    void saysThatOneWindowDoesNotFitIntoMemory() throws Exception {
        List<LakeRow> events = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            events.add(row("m", FIRST_DAY, 0, "value " + i));
        }
        count(
                "m",
                "{slug: m, eventType: m, aggregation: UNIQUE_COUNT, valueProperty: $.x}",
                events,
                1);
        assertThatThrownBy(() -> backfill("m", new RunLimits(1, 5_000, 10), DEAF))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("the distinct values of one subject in one window of m")
                .hasMessageContaining("TALLYFLOW_JAVA_OPTS");
    }

    /** Ends the process after some days. */
    private static RunListener diesAfter(int days) {
        return new RunListener() {
            private int seen;

            @Override
            public void done(LocalDate day, long events, long windows) {
                if (++seen == days) {
                    throw new IllegalStateException("power is gone");
                }
            }
        };
    }

    /** Does something as soon as a day is counted. */
    private static RunListener afterADay(Interruption interruption) {
        return new RunListener() {
            @Override
            public void done(LocalDate day, long events, long windows) {
                interruption.now();
            }
        };
    }

    /** Something that happens while a run counts. */
    @FunctionalInterface
    private interface Interruption {
        void happen() throws Exception;

        default void now() {
            try {
                happen();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** One event at the beginning of each day. */
    private static List<LakeRow> days(int days) {
        List<LakeRow> rows = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            rows.add(row("m", FIRST_DAY.plus(Duration.ofDays(day)), 0, "x"));
        }
        return rows;
    }

    private static LakeRow row(String type, Instant at, long definitions, String id) {
        return LakeRow.accepted(
                new UsageEvent(
                        "s",
                        "source",
                        id,
                        type,
                        at.toEpochMilli() * 1_000,
                        ("{\"x\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8),
                        0,
                        0,
                        0,
                        0),
                definitions);
    }

    private List<String> usage(String slug) throws SQLException {
        return ask(
                """
                select to_char(window_start at time zone 'UTC', 'DD HH24:MI') || ' ' || value
                from tallyflow.usage where meter = '%s' order by 1
                """
                        .formatted(slug));
    }
}
