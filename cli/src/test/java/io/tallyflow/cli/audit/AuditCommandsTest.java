package io.tallyflow.cli.audit;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.LakeCommandRig;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code tallyflow explain} and {@code tallyflow reconcile} as they are typed. */
final class AuditCommandsTest extends LakeCommandRig {

    private static final Instant START = Instant.parse("2026-03-01T10:00:00Z");

    AuditCommandsTest() {
        super(
                "meters: [{slug: m, eventType: t, aggregation: SUM, valueProperty: $.n,"
                        + " groupBy: {g: $.g}, windowSize: HOUR}]");
    }

    @Test
    void sayWhatIsMissing() throws Exception {
        String[] where = {"--postgres-url", address()};
        for (String few :
                List.of("explain", "explain m --subject s", "explain m --window 2026-03-01")) {
            assertThat(CommandRun.typed(few, where).exitCode()).as(few).isEqualTo(2);
        }
        String right = "explain m --subject s --window 2026-03-01";
        CommandRun group = CommandRun.typed(right + " --group g", where);
        assertThat(group.exitCode()).isEqualTo(2);
        assertThat(group.err()).contains("--group g is not NAME=VALUE");
        CommandRun twice = CommandRun.typed(right + " --group g=1 --group g=2", where);
        assertThat(twice.exitCode()).isEqualTo(2);
        assertThat(twice.err()).contains("--group g is given twice");
        CommandRun time = CommandRun.typed("explain m --subject s --window soon", where);
        assertThat(time.exitCode()).isEqualTo(2);
        assertThat(time.err()).contains("--window soon is neither");
        for (String command : List.of(right, "reconcile")) {
            CommandRun lake = CommandRun.typed(command, where);
            assertThat(lake.exitCode()).isEqualTo(1);
            assertThat(lake.err()).contains("without one there are no events to count");
        }
        CommandRun none = CommandRun.typed("reconcile --from 2026-03-02 --to 2026-03-01", where);
        assertThat(none.exitCode()).isEqualTo(2);
        assertThat(none.err()).contains("is not before to");
    }

    @Test
    void showEventsAndWhereTotalsAreOthers() throws Exception {
        commit(
                List.of(
                        LakeRow.accepted(event("1", "12.50", "a"), 9),
                        LakeRow.accepted(event("2\u001b[31m", "7", "b c"), 9)),
                List.of(row("{\"g\":\"a\"}", "12.5"), row("{\"g\":\"b c\"}", "7")));
        String[] where = where();
        String explain = "explain m --subject c --window 2026-03-01T10:59:59.999999Z";
        CommandRun right = CommandRun.typed(explain, where);
        assertThat(right.err()).isEmpty();
        assertThat(right.exitCode()).isZero();
        assertThat(right.out().lines())
                .containsExactly(
                        "meter     m, SUM of $.n of events of type t",
                        "subject   c",
                        "window    2026-03-01T10:00:00Z to 2026-03-01T11:00:00Z",
                        "time                  source  id           group        value  counted",
                        "2026-03-01T10:00:00Z  s       1            {\"g\":\"a\"}     12.5  by the stream",
                        "2026-03-01T10:00:00Z  s       2\\u001b[31m  {\"g\":\"b c\"}      7  by the stream",
                        "group        shown  readings  events come to  readings",
                        "{\"g\":\"a\"}     12.5         1            12.5         1  equal",
                        "{\"g\":\"b c\"}      7         1               7         1  equal",
                        "as of     commit 3",
                        "equal     the events add up to what is shown");
        CommandRun equal = CommandRun.typed("reconcile", where);
        assertThat(equal.exitCode()).isZero();
        assertThat(equal.out().lines())
                .containsExactly(
                        "counting 1 day",
                        "2026-03-01: 1 windows",
                        "as of     commit 3",
                        "equal     Postgres: 1 window compared",
                        "equal     usage in the lake: 0 windows compared");
        try (Connection connection = database.connect()) {
            Question.run(connection, "update tallyflow.usage_row set sum = 8 where sum = 7");
        }
        CommandRun wrong =
                CommandRun.typed(
                        explain, "--group", "g=b c", where[0], where[1], where[2], where[3]);
        assertThat(wrong.exitCode()).isEqualTo(1);
        assertThat(wrong.out())
                .contains(
                        "{\"g\":\"b c\"}      8         1               7         1  DIFFERS",
                        "differs   the events do not add up to what is shown")
                .doesNotContain("\"a\"");
        String difference =
                "Postgres: m c 2026-03-01T10:00:00Z {\"g\":\"b c\"} is 8 of 1 readings, and its events"
                        + " come to 7 of 1";
        CommandRun differs = CommandRun.typed("reconcile --meter m", where);
        assertThat(differs.exitCode()).isEqualTo(1);
        assertThat(differs.out().lines())
                .contains(difference, "differs   Postgres: 1 window compared, 1 different");
        CommandRun repaired = CommandRun.typed("reconcile --repair", where);
        assertThat(repaired.exitCode()).isZero();
        assertThat(repaired.out().lines()).contains(difference, "repaired  1 window by run 1");
        CommandRun after = CommandRun.typed(explain, where);
        assertThat(after.exitCode()).isZero();
        assertThat(after.out())
                .contains(
                        "adjusted  repair: 0 readings, sum -1, commit 4", "run       1, repair by");
        CommandRun nothing =
                CommandRun.typed("explain m --subject nobody --window 2026-03-01", where);
        assertThat(nothing.exitCode()).isZero();
        assertThat(nothing.out()).contains("equal     nothing was used, and no event counts");
        CommandRun unknown = CommandRun.typed("reconcile --meter other", where);
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err()).contains("there is no meter other that totals show");
    }

    @Test
    void sayWhatIsNotRepaired() throws Exception {
        commit(
                List.of(
                        LakeRow.accepted(event("1", "60000000000000000000", "a"), 9),
                        LakeRow.accepted(event("2", "50000000000000000000", "a"), 9)),
                List.of(row("{\"g\":\"a\"}", "60000000000000000000")));
        CommandRun run = CommandRun.typed("reconcile --repair", where());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out())
                .contains("is 60000000000000000000 of 1 readings")
                .contains("not yet   1 window left: the lake has to catch up, or the sum is more");
    }

    @Test
    void sayThatNothingIsKeptWhereNothingIsWritten() throws Exception {
        commit(
                List.of(LakeRow.accepted(event("1", "7", "a"), 9)),
                List.of(row("{\"g\":\"a\"}", "7")));
        try (Connection connection = database.connect()) {
            Question.run(
                    connection,
                    "alter database "
                            + database.name()
                            + " set default_transaction_read_only = on");
        }
        CommandRun run = CommandRun.typed("reconcile", where());
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("equal     Postgres: 1 window compared")
                .contains("not kept  this user cannot add to tallyflow.reconciliation there");
    }

    private static UsageEvent event(String id, String number, String group) {
        return anEvent()
                .subject("c")
                .source("s")
                .id(id)
                .type("t")
                .timeMicros(START.toEpochMilli() * 1_000)
                .data("{\"n\": " + number + ", \"g\": \"" + group + "\"}")
                .build();
    }

    private static UsageRow row(String group, String sum) {
        long start = START.toEpochMilli();
        UsagePartial partial = UsagePartials.of(new BigDecimal(sum), start * 1_000, "s", "i");
        return new UsageRow(
                new UsageCell("m", "c", group, start, start + 3_600_000), partial, true, 0, true);
    }
}
