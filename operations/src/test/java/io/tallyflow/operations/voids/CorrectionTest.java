package io.tallyflow.operations.voids;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.connectors.postgres.patch.PatchKind;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.UndonePatches;
import io.tallyflow.connectors.postgres.patch.VoidTable;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.patch.SettledRig;
import io.tallyflow.operations.voids.Correction.Outcome;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.status.TopicWatch;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Voids, applied by a user who may no more than write. */
final class CorrectionTest extends SettledRig {

    private static final List<Meter> METERS =
            MeterFile.parse(
                    "meters.yaml",
                    """
                    meters:
                      - {slug: calls, eventType: t, aggregation: COUNT}
                      - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.n,
                         groupBy: {g: $.g}, windowSize: HOUR}
                    """);
    private static final String WAITING =
            """
            select pid::text from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'
            """;
    private static final String STATES =
            "select id || ' ' || state from tallyflow.void order by id, state";

    CorrectionTest() {
        super(METERS);
    }

    @Test
    void takesManyEventsBackWithLittleMemory() throws Exception {
        List<UsageEvent> events = new ArrayList<>();
        List<UsageEvent> voids = new ArrayList<>();
        long tokens = 0;
        for (int i = 0; i < 3_000; i++) {
            UsageEvent event = event("s" + i % 7, i);
            events.add(event);
            if (i % 2 == 0) {
                voids.add(taking(event));
            } else {
                tokens += i;
            }
        }
        accept(events, null);
        accept(voids, null);
        Outcome outcome = correct(new RunLimits(3, 200_000, 1_000));
        assertThat(outcome.applied()).isEqualTo(1_500);
        assertThat(outcome.patches()).hasSizeGreaterThan(3);
        assertThat(outcome.isWhole()).isTrue();
        assertThat(ask("select value::text from tallyflow.query('calls')")).containsExactly("1500");
        assertThat(ask("select value::text from tallyflow.query('tokens')"))
                .containsExactly(Long.toString(tokens));
        assertThat(
                        ask(
                                "select sum(readings)::text from tallyflow.adjustment where meter = 'calls'"))
                .containsExactly("-1500");
        Outcome again = correct();
        assertThat(again.applied()).isZero();
        assertThat(again.patches()).isEmpty();
    }

    /**
     * Rows of runs know nothing of the stream's time, neither when it comes nor when it goes back.
     */
    @Test
    void waitsForWhatARunHasCountedOfAnOpenWindow() throws Exception {
        accept(List.of(event("s", 0)), null);
        run("update tallyflow.usage_row set shard = 1000001, settled = false");
        accept(List.of(taking(event("s", 0))), null);
        for (String open : List.of("null", "'2026-03-01T00:59:59.999Z'")) {
            run("update tallyflow.ledger set settled_until = " + open);
            Outcome outcome = correct();
            assertThat(outcome.applied()).as(open).isZero();
            assertThat(outcome.waitForWindows()).as(open).isEqualTo(1);
        }
        run("update tallyflow.ledger set settled_until = '2026-03-01T01:00:00Z'");
        assertThat(correct().applied()).isEqualTo(1);
        run("update tallyflow.counting_run set state = 'undone', cut_commit = 3");
        run("update tallyflow.ledger set settled_until = '2026-03-01T00:00:00Z'");
        try (Connection connection = database.connect()) {
            new UndonePatches(connection).putBack(1, 3);
        }
        assertThat(ask("select distinct settled::text from tallyflow.usage"))
                .containsExactly("false");
    }

    @Test
    void saysUpToWhereItHasLooked() throws Exception {
        String looked =
                """
                select concat_ws(' ', k.accepted, k.committed_at = h.committed_at)
                from tallyflow.void_look k
                join tallyflow.ledger_history h on h.commit = %d
                """;
        accept(List.of(event("s", 0), event("s", 1)), null);
        // One that no meter counts, and a commit that the lake does not hold yet.
        run("update tallyflow.ledger_history set metered = 1, unmatched = 1");
        run(
                """
                insert into tallyflow.ledger_history select (h).* from (
                    select jsonb_populate_record(h,
                        '{"checkpoint": 99, "commit": 99, "committed_at": "2999-01-01T00:00:00Z"}') as h
                    from tallyflow.ledger_history h) one
                """);
        Outcome first = correct();
        assertThat(ask(looked.formatted(first.commit()))).containsExactly("2 t");
        accept(List.of(taking(event("s", 1))), null);
        Outcome second = correct();
        assertThat(second.commit()).isGreaterThan(first.commit());
        assertThat(ask(looked.formatted(second.commit()))).containsExactly("3 t");
    }

    @Test
    void foldsGroupsBeyondTheLimit() throws Exception {
        accept(List.of(event("s", 0), event("s", 1), event("s", 2), event("s", 4)), null);
        accept(List.of(taking(event("s", 1))), null);
        correct(new RunLimits(1, 64 << 20, 1));
        assertThat(
                        ask(
                                """
                                select group_by::text || ' ' || value from tallyflow.usage
                                where meter = 'tokens' order by 1
                                """))
                .containsExactly("{\"g\": \"0\"} 0", "{\"g\": \"__other__\"} 6");
    }

    @Test
    void reachesMetersThatAreNoLongerCounted() throws Exception {
        accept(List.of(event("s", 1), event("s", 2)), null);
        RegisteredMeters.retire(database.dataSource(), "tokens");
        accept(List.of(taking(event("s", 2))), null);
        assertThat(correct().applied()).isEqualTo(1);
        assertThat(ask("select value::text from tallyflow.query('tokens')")).containsExactly("1");
    }

    @Test
    void tellsVoidsOfNothingApart() throws Exception {
        UsageEvent unmetered =
                anEvent()
                        .subject("s")
                        .source("s")
                        .id("e9")
                        .type("other")
                        .timeMicros(micros(START))
                        .build();
        accept(
                List.of(
                        unmetered,
                        taking("a", "s", null),
                        taking("b", "s", "{\"source\": \"s\"}"),
                        taking(
                                "c",
                                "s",
                                "{\"source\": \"s\", \"id\": \"x\\u0000\", \"reason\": 1}"),
                        taking("d", "s", "{\"source\": \"v\", \"id\": \"a\"}"),
                        taking("e", "other", "{\"source\": \"s\", \"id\": \"e9\"}"),
                        taking(
                                "f",
                                "s",
                                "{\"source\": \"s\", \"id\": \"e9\", \"reason\": \"\\u0000\"}")),
                START);
        Outcome outcome = correct();
        assertThat(outcome.applied()).isEqualTo(1);
        assertThat(outcome.patches()).isEmpty();
        assertThat(outcome.waitForEvent()).isEqualTo(2);
        assertThat(
                        ask(
                                """
                                select coalesce(subject || ' ' || source || ' ' || id, '-') || ' ' || state
                                from tallyflow.void order by 1
                                """))
                .containsExactly(
                        "- expired",
                        "- expired",
                        "- expired",
                        "other s e9 pending",
                        "s s e9 applied",
                        "s v a pending");
    }

    @Test
    void takesAnEventBackOnce() throws Exception {
        String data = "{\"source\": \"s\", \"id\": \"e1\"}";
        accept(List.of(event("s", 1), taking("a", "s", data), taking("b", "s", data)), null);
        assertThat(correct().applied()).isEqualTo(1);
        accept(List.of(taking("c", "s", data)), null);
        assertThat(correct().applied()).isZero();
        assertThat(ask(STATES)).containsExactly("e1 applied", "e1 repeated", "e1 repeated");
    }

    @Test
    void doesNotLetOneSubjectHoldUpTheOthers() throws Exception {
        List<UsageEvent> events = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            events.add(event("many", i));
        }
        UsageEvent nextDay = event("few", 5_000);
        UsageEvent sameDay = event("few", 10);
        events.addAll(List.of(nextDay, sameDay));
        accept(events, null);
        List<UsageEvent> voids = new ArrayList<>(List.of(taking(nextDay), taking(sameDay)));
        for (int i = 0; i < 500; i += 2) {
            voids.add(taking(events.get(i)));
        }
        accept(voids, null);
        assertThatThrownBy(() -> correct(new RunLimits(1, 20_000, 1_000)))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("the windows of one subject on one day do not fit");
        assertThat(ask("select subject from tallyflow.void where state = 'applied'"))
                .containsExactly("few", "few");
        assertThat(correct().applied()).isEqualTo(250);
    }

    @Test
    void leavesOutWhatWasTakenBackBefore() throws Exception {
        accept(List.of(event("s", 1), event("s", 2), event("s", 3)), null);
        for (int number = 1; number <= 2; number++) {
            accept(List.of(taking(event("s", number))), null);
            assertThat(correct().applied()).isEqualTo(1);
        }
        assertThat(ask("select value::text from tallyflow.query('tokens')")).containsExactly("3");
        assertThat(ask("select value::text from tallyflow.query('calls')")).containsExactly("1");
    }

    @Test
    @Timeout(60)
    void notesNothingIfARewindComesBetween() throws Exception {
        accept(List.of(event("s", 1), taking(event("s", 1))), null);
        CompletableFuture<Outcome> look;
        try (Connection rewinding = database.connect()) {
            rewinding.setAutoCommit(false);
            Question.run(rewinding, "update tallyflow.ledger set epoch = 1");
            look = CompletableFuture.supplyAsync(this::corrected);
            while (ask(WAITING).isEmpty()) {
                assertThat(look).isNotDone();
            }
            rewinding.commit();
        }
        assertThat(look.get().commit()).isNull();
        assertThat(ask(STATES)).isEmpty();
    }

    private Outcome corrected() {
        try {
            return correct();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void givesUpWhatNeverComes() throws Exception {
        accept(List.of(taking(event("s", 1)), taking(event("s", 2))), START);
        correct();
        Instant last = START.plus(VoidTable.EXPIRES_AFTER);
        accept(List.of(event("s", 2)), last);
        assertThat(correct().applied()).isEqualTo(1);
        assertThat(ask(STATES)).containsExactly("e1 pending", "e2 applied");
        accept(List.of(event("s", 3)), last.plusMillis(1));
        assertThat(correct().waitForEvent()).isZero();
        assertThat(ask(STATES)).containsExactly("e1 expired", "e2 applied");
        accept(
                List.of(event("s", 1), taking("again", "s", "{\"source\": \"s\", \"id\": \"e1\"}")),
                last);
        correct();
        assertThat(ask(STATES)).containsExactly("e1 applied", "e1 expired", "e2 applied");
    }

    @Test
    void waitsWhileTheLakeIsOfAnotherEpochOrOfNoCommit() throws Exception {
        assertThat(correct()).isEqualTo(Outcome.nothing(true));
        accept(List.of(event("s", 1), taking(event("s", 1))), null);
        run("update tallyflow.ledger set epoch = 1");
        assertThat(correct()).isEqualTo(Outcome.nothing(false));
        run("update tallyflow.ledger set epoch = 0");
        run("update tallyflow.ledger_history set abandoned_in_epoch = 1");
        assertThat(correct()).isEqualTo(Outcome.nothing(true));
        assertThat(ask(STATES)).isEmpty();
        run("update tallyflow.ledger_history set abandoned_in_epoch = null");
        assertThat(correct().applied()).isEqualTo(1);
    }

    @Test
    void waitsForTheLakeWhereItsWindowsSettledLater() throws Exception {
        accept(List.of(event("s", 1), taking(event("s", 1))), null);
        run("update tallyflow.usage_row set commit = 2");
        Outcome outcome = correct();
        assertThat(outcome.applied()).isZero();
        assertThat(outcome.waitForLake()).isEqualTo(1);
        accept(List.of(event("t", 2)), null);
        assertThat(correct().applied()).isEqualTo(1);
    }

    @Test
    void looksAgainOnlyIfThereIsSomethingToDo() throws Exception {
        accept(List.of(event("s", 1)), null);
        try (Correction correction =
                Correction.of(address(), lake.options(), new RunLimits(1, 64 << 20, 10))) {
            assertThat(correction.runIfNeeded()).isNotNull();
            assertThat(correction.runIfNeeded()).isNull();
            accept(List.of(taking(event("s", 1))), null);
            Outcome outcome = correction.runIfNeeded();
            assertThat(outcome).isNotNull();
            assertThat(outcome.applied()).isEqualTo(1);
            assertThat(correction.runIfNeeded()).isNull();
            // As a run does when it is shown that may have counted the event.
            run("update tallyflow.void_event set state = 'pending'");
            outcome = correction.runIfNeeded();
            assertThat(outcome).isNotNull();
            assertThat(outcome.applied()).isEqualTo(1);
        }
    }

    @Test
    void isDoneByOneAtATime() throws Exception {
        accept(List.of(event("s", 1), taking(event("s", 1))), null);
        try (Connection other = database.connect()) {
            assertThat(new PatchTable(other).patchAlone()).isTrue();
            assertThatThrownBy(this::correct)
                    .isInstanceOf(RequestFailedException.class)
                    .hasMessage("voids are being applied by another process: ask again");
            try (Correction correction =
                    Correction.of(address(), lake.options(), new RunLimits(1, 64 << 20, 10))) {
                assertThat(correction.runIfNeeded()).isNull();
                CompletableFuture<Outcome> patient =
                        CompletableFuture.supplyAsync(() -> correction.run(Duration.ofMinutes(1)));
                other.close();
                assertThat(patient.get().applied()).isEqualTo(1);
            }
        }
    }

    @Test
    void goesOnAfterAPatchThatWasNeverMade() throws Exception {
        accept(List.of(event("s", 1), taking(event("s", 1))), null);
        try (Connection dead = database.connect()) {
            dead.setAutoCommit(false);
            new PatchTable(dead).begin(PatchKind.PATCH, 1, null);
            dead.commit();
        }
        assertThat(correct().patches()).containsExactly(2L);
        assertThat(ask("select run || state from tallyflow.counting_run order by run"))
                .containsExactly("1failed", "2shown");
        assertThat(ask("select run || state from tallyflow.run order by run"))
                .containsExactly("2shown", "2shown");
    }

    @Test
    void saysThatTheLakeDoesNotHoldWhatWasCommitted() throws Exception {
        accept(List.of(event("s", 1)), null);
        run("update tallyflow.ledger set commit = 2, consumed = 2, metered = 2");
        try (Correction correction =
                        Correction.of(address(), lake.options(), new RunLimits(1, 64 << 20, 10));
                TopicWatch none = new TopicWatch(null, "none")) {
            assertThatThrownBy(
                            () ->
                                    new PatientCorrection(
                                                    correction, address(), Duration.ofMillis(1))
                                            .run(none))
                    .isInstanceOf(RequestFailedException.class)
                    .hasMessageContaining("the lake does not hold commit 2");
            run("update tallyflow.ledger set commit = 1, consumed = 1, metered = 1");
            assertThat(
                            new PatientCorrection(correction, address(), Duration.ofMinutes(1))
                                    .run(none)
                                    .commit())
                    .isEqualTo(1);
        }
    }
}
