package io.tallyflow.operations.explain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.operations.patch.SettledRig;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.stream.LakeRow;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The events behind numbers that are right, and behind some that are not. */
final class ExplainTest extends SettledRig {

    private final List<ExplainedEvent> events = new ArrayList<>();

    ExplainTest() {
        super(
                MeterFile.parse(
                        "meters.yaml",
                        """
                        meters:
                          - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.n,
                             groupBy: {g: $.g}, windowSize: HOUR}
                          - {slug: values, eventType: t, aggregation: UNIQUE_COUNT, valueProperty: $.g,
                             windowSize: DAY}
                          - {slug: mean, eventType: t, aggregation: AVG, valueProperty: $.n,
                             windowSize: DAY}
                        """));
    }

    private Explain.Outcome explain(
            String slug, String subject, Instant at, Map<String, String> groups) {
        events.clear();
        return new Explain(
                        addressOfReader(),
                        lake.options(),
                        new ExplainListener() {
                            @Override
                            public void found(ExplainedEvent event) {
                                events.add(event);
                            }
                        })
                .run(new Explain.Request(slug, subject, at, groups, Duration.ZERO));
    }

    private List<String> found() {
        return events.stream()
                .map(one -> one.id() + " " + one.group() + " " + one.value() + " " + one.by())
                .sorted()
                .toList();
    }

    private static List<String> cells(Explain.Outcome outcome) {
        return outcome.cells().stream()
                .map(
                        cell ->
                                cell.group()
                                        + " "
                                        + cell.value()
                                        + " of "
                                        + cell.readings()
                                        + ", "
                                        + cell.counted()
                                        + " of "
                                        + cell.events())
                .toList();
    }

    @Test
    void findsTheEventsOfAWindow() throws Exception {
        accept(
                List.of(
                        event("s", 1),
                        event("s", 2),
                        event("s", 4),
                        event("t", 5),
                        event("s", 200)),
                null);
        acceptLate(List.of(event("s", 7)));
        accept(List.of(taking(event("s", 4))), null);
        correct();
        Explain.Outcome outcome = explain("tokens", "s", START.plusSeconds(1_234), Map.of());
        assertThat(outcome.version().name()).isEqualTo("tokens");
        assertThat(outcome.start()).isEqualTo(START);
        assertThat(outcome.end()).isEqualTo(START.plus(Duration.ofHours(1)));
        assertThat(outcome.commit()).isEqualTo(3);
        assertThat(outcome.isEqual()).isTrue();
        assertThat(cells(outcome))
                .containsExactly("{\"g\":\"1\"} 8 of 2, 8 of 2", "{\"g\":\"2\"} 2 of 1, 2 of 1");
        assertThat(found())
                .containsExactly(
                        "e1 {\"g\":\"1\"} 1 STREAM",
                        "e2 {\"g\":\"2\"} 2 STREAM",
                        "e4 {\"g\":\"1\"} 4 NONE",
                        "e7 {\"g\":\"1\"} 7 STREAM");
        assertThat(outcome.changes())
                .extracting(
                        change -> change.reason() + " " + change.readings() + " " + change.sum())
                .containsExactlyInAnyOrder("late 1 7", "void -1 -4");
        assertThat(outcome.runs())
                .singleElement()
                .satisfies(run -> assertThat(run.kind()).isEqualTo("patch"));
        outcome = explain("tokens", "s", START, Map.of("g", "2"));
        assertThat(cells(outcome)).containsExactly("{\"g\":\"2\"} 2 of 1, 2 of 1");
        assertThat(found()).hasSize(1);
        assertThat(cells(explain("values", "s", START, Map.of())))
                .containsExactly("{} 2 of 4, 2 of 4");
        assertThat(cells(explain("mean", "s", START, Map.of())))
                .containsExactly("{} 52.5 of 4, 52.500000000000000000 of 4");
    }

    @Test
    void saysWhereTheyDoNotAddUp() throws Exception {
        accept(List.of(event("s", 1), event("s", 2)), null);
        run("update tallyflow.usage_row set sum = 7 where sum = 2");
        Explain.Outcome outcome = explain("tokens", "s", START, Map.of());
        assertThat(outcome.isEqual()).isFalse();
        assertThat(outcome.cells()).extracting(ExplainedCell::isEqual).containsExactly(true, false);
        assertThat(explain("tokens", "s", START, Map.of("g", "1")).isEqual()).isTrue();
        // The same value of another number of readings.
        run("update tallyflow.usage_row set readings = 2 where sum = 1");
        assertThat(explain("tokens", "s", START, Map.of("g", "1")).isEqual()).isFalse();
    }

    @Test
    void explainsAWindowWithTooManyGroupsAsAWhole() throws Exception {
        accept(List.of(event("s", 1), event("s", 2), event("s", 5)), null);
        // What a run counts has no room in groups that the stream had first, and the other way
        // round.
        run(
                """
                insert into tallyflow.cell
                select tallyflow.cell_of(l.name, 's', '{"g":"__other__"}'), l.layer, 's',
                    '{"g": "__other__"}'
                from tallyflow.layer l where l.slug = 'tokens'
                """);
        run(
                """
                insert into tallyflow.usage_row
                select o.cell, window_start, r.layer, shard, commit, 1, null, settled, 5
                from tallyflow.usage_row r, tallyflow.cell o
                where r.sum = 7 and r.readings = 2 and o.group_by = '{"g": "__other__"}'
                  and r.layer = o.layer
                """);
        run(
                """
                update tallyflow.usage_row r set readings = 1, sum = 2
                from tallyflow.layer l
                where l.layer = r.layer and l.slug = 'tokens' and sum = 7 and readings = 2
                """);
        Explain.Outcome outcome = explain("tokens", "s", START, Map.of());
        assertThat(cells(outcome)).containsExactly("{\"g\":\"__other__\"} 8 of 3, 8 of 3");
        assertThat(outcome.isEqual()).isTrue();
        assertThat(found())
                .containsExactly(
                        "e1 {\"g\":\"1\"} 1 STREAM",
                        "e2 {\"g\":\"2\"} 2 STREAM",
                        "e5 {\"g\":\"2\"} 5 STREAM");
        assertThatThrownBy(() -> explain("tokens", "s", START, Map.of("g", "1")))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("has more groups than are told apart: ask for all of them");
        run("update tallyflow.usage_row set sum = 6 where sum = 5");
        assertThat(explain("tokens", "s", START, Map.of()).isEqual()).isFalse();
    }

    @Test
    void looksAsOfTheCommitThatPostgresShows() throws Exception {
        accept(List.of(event("s", 1)), null);
        // The lake is a batch ahead.
        UsageEvent later = event("s", 4);
        lake.commit(START.toEpochMilli(), List.of(LakeRow.accepted(later, 99)));
        run(
                """
                insert into tallyflow.ledger_history select (h).* from (
                    select jsonb_populate_record(h, '{"checkpoint": 4, "commit": 2}') as h
                    from tallyflow.ledger_history h) one
                """);
        assertThat(cells(explain("tokens", "s", START, Map.of())))
                .containsExactly("{\"g\":\"1\"} 1 of 1, 1 of 1");
        // Or behind.
        run("update tallyflow.ledger set commit = 3, checkpoint = 5, consumed = 3, metered = 3");
        assertThatThrownBy(() -> explain("tokens", "s", START, Map.of()))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("does not hold yet what Postgres shows, that of commit 3");
    }

    @Test
    void saysWhatThereIsNot() throws Exception {
        Explain.Outcome nothing = explain("tokens", "s", START, Map.of());
        assertThat(nothing.cells()).isEmpty();
        assertThat(nothing.isEqual()).isTrue();
        assertThatThrownBy(() -> explain("nobody", "s", START, Map.of()))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("there is no meter nobody");
        assertThatThrownBy(() -> explain("tokens", "s", START, Map.of("h", "1")))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage("meter tokens has no group h, but g");
        assertThatThrownBy(() -> explain("mean", "s", START, Map.of("h", "1")))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage("meter mean has no group h: it has none");
        run("update tallyflow.layer set counts_from = '2026-04-01T00:00:00Z'");
        assertThatThrownBy(() -> explain("tokens", "s", START, Map.of()))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("no version of tokens counts " + START);
    }
}
