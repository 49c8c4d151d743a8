package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.reconcile.Reconcile;
import io.tallyflow.operations.run.Backfill;
import io.tallyflow.operations.run.RunListener;
import io.tallyflow.operations.voids.Correction;
import io.tallyflow.operations.voids.Correction.Outcome;
import io.tallyflow.operations.voids.VoidSender;
import io.tallyflow.results.lake.LakeQueryEngine;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.event.VoidRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Events are taken back beside the job. */
final class VoidedEventsTest extends ServedMetering {

    private static final String METERS =
            """
            meters:
              - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.v, groupBy: {model: $.m}}
              - {slug: models, eventType: t, aggregation: UNIQUE_COUNT, valueProperty: $.m}
              - {slug: peak, eventType: t, aggregation: MAX, valueProperty: $.v}
              - {slug: last, eventType: t, aggregation: LATEST, valueProperty: $.v}
            """;

    private static final String VOIDS =
            """
            select id || ' ' || state || ' ' || coalesce(run::text, '-') || ' ' || coalesce(reason, '-')
            from tallyflow.void order by id, state
            """;

    private static final String ADJUSTMENTS =
            """
            select meter || ' ' || group_by || ' ' || reason || ' ' || readings || ' '
                || coalesce(sum::text, '-')
            from tallyflow.adjustment where window_start = '%s' order by meter, group_by::text collate "C", reason
            """;

    private final Instant base =
            Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofHours(36));

    @Test
    @Timeout(240)
    void takesAnEventOutOfAllTotalsAtOnce() throws Exception {
        try (RunningJob job = run(METERS)) {
            send("right", 1, 5, "a");
            send("wrong", 2, 70, "b");
            send("alone", 120, 900, "f");
            settle(job);
            send("late", 3, 11, "c");
            send("again", 4, 70, "d");
            send("again", 4, 70, "d");
            take("wrong", "of another customer");
            take("alone", null);
            take("again", "late");
            take("again", "once more");
            take("never", null);
            Outcome outcome = correct(job);
            assertThat(outcome.applied()).isEqualTo(3);
            assertThat(outcome.waitForEvent()).isEqualTo(1);
            assertThat(ask(VOIDS))
                    .containsExactly(
                            "again applied 1 late",
                            "again repeated - once more",
                            "alone applied 1 -",
                            "never pending - -",
                            "wrong applied 1 of another customer");
            List<String> usage =
                    List.of(
                            "last {} 11 2 2",
                            "models {} 2 2 2",
                            "peak {} 11 2 2",
                            "tokens {\"model\": \"a\"} 5 1 0",
                            "tokens {\"model\": \"c\"} 11 1 1");
            assertThat(usageOf(base)).containsExactlyElementsOf(usage);
            assertThat(usageOf(base.plusSeconds(120))).isEmpty();
            assertThat(totals()).containsExactly("last 11", "models 2", "peak 11", "tokens 16");
            assertThat(inLake()).containsExactlyElementsOf(totals());
            assertThat(lake("tokens", base, base.plusSeconds(60))).isEqualTo("tokens 16");
            assertThat(ask(ADJUSTMENTS.formatted(base)))
                    .containsExactly(
                            "last {} late 2 81",
                            "last {} void -2 -140",
                            "models {} late 2 -",
                            "models {} void -2 -",
                            "peak {} late 2 81",
                            "peak {} void -2 -140",
                            "tokens {\"model\": \"b\"} void -1 -70",
                            "tokens {\"model\": \"c\"} late 1 11",
                            "tokens {\"model\": \"d\"} late 1 70",
                            "tokens {\"model\": \"d\"} void -1 -70");
            assertThat(
                            ask(
                                    """
                                    select kind || ' ' || meter || ' ' || version || ' ' || state || ' '
                                        || events || ' ' || windows || ' ' || ("to" - "from")
                                    from tallyflow.run order by meter
                                    """))
                    .containsExactly(
                            "patch last 1 shown 2 1 00:03:00",
                            "patch models 1 shown 2 1 00:03:00",
                            "patch peak 1 shown 2 1 00:03:00",
                            "patch tokens 1 shown 2 2 00:03:00");
            // What comes later counts beside.
            send("later", 5, 30, "b");
            send("never", 6, 1_000, "e");
            assertThat(correct(job).applied()).isEqualTo(1);
            assertThat(totals()).containsExactly("last 30", "models 3", "peak 30", "tokens 46");
            assertThat(inLake()).containsExactlyElementsOf(totals());
            assertThat(ask(VOIDS)).contains("never applied 2 -");
            waitsForOpenWindows(job);
            Reconcile.Outcome audit = audit();
            assertThat(audit.postgres().compared()).isEqualTo(4);
            assertThat(audit.lake().compared()).isEqualTo(8);
            // A copy is one of what was accepted, whether it counts or not.
            send("wrong", 2, 70, "b");
            awaitCommit(job);
            assertThat(ask("select duplicate::text from tallyflow.progress")).containsExactly("2");
        }
    }

    private void waitsForOpenWindows(RunningJob job) throws Exception {
        Instant now = Instant.now();
        send(now, event("open", now, 4, "a"));
        take("open", null);
        Outcome outcome = correct(job);
        assertThat(outcome.applied()).isZero();
        assertThat(outcome.waitForWindows()).isEqualTo(1);
        assertThat(totals()).containsExactly("last 4", "models 3", "peak 30", "tokens 50");
        assertThat(inLake()).containsExactlyElementsOf(totals());
    }

    @Test
    @Timeout(240)
    void isLeftOutOfWhatIsCountedLater() throws Exception {
        try (RunningJob job = run(METERS)) {
            send("right", 1, 5, "a");
            send("kept", 4, 2, "a");
            send("wrong", 2, 70, "b");
            settle(job);
            take("wrong", null);
            assertThat(correct(job).applied()).isEqualTo(1);
            job.close();
        }
        String more =
                METERS + "  - {slug: more, eventType: t, aggregation: SUM, valueProperty: $.v}\n";
        try (RunningJob job = run(more)) {
            send("new", 3, 1, "a");
            awaitCommit(job);
            awaitDefinitions(job, 2);
            awaitLake(job);
            backfill();
            assertThat(ask("select value::text from tallyflow.query('more')")).containsExactly("8");
            assertThat(ask("select value::text from tallyflow.query('tokens')"))
                    .containsExactly("8");
            // And what is taken back afterwards goes from the run's share, too.
            take("right", null);
            assertThat(correct(job).applied()).isEqualTo(1);
            assertThat(ask("select value::text from tallyflow.query('more')")).containsExactly("3");
            assertThat(lake("more")).isEqualTo("more 3");
            audit();
        }
    }

    private void backfill() {
        new Backfill(address(), lakeOptions(), RunLimits.ofMachine(), new RunListener() {})
                .run(Backfill.Request.all("more", Duration.ofMinutes(1)));
    }

    private void settle(RunningJob job) throws Exception {
        Instant now = Instant.now();
        String event = event("now", now, 0, "a").replace("\"type\": \"t\"", "\"type\": \"o\"");
        // To all of them: nobody has to wait for one to count as idle.
        for (int partition = 0; partition < Topics.EVENT_PARTITIONS; partition++) {
            send(partition, now, event.replace("now", "now" + partition));
        }
        awaitCommit(job);
        while (!ask("select 1::text from tallyflow.usage_row where not settled").isEmpty()) {
            assertThat(job.ended()).isNotDone();
        }
    }

    /** Applies what can be, once the lake has all that was sent. */
    private Outcome correct(RunningJob job) throws Exception {
        awaitCommit(job);
        long accepted =
                Long.parseLong(
                        ask("select (metered + unmatched)::text from tallyflow.ledger").get(0));
        awaitLake(job, LakeTable.EVENTS, accepted);
        try (Correction correction =
                Correction.of(address(), lakeOptions(), RunLimits.ofMachine())) {
            Outcome outcome = correction.run(Duration.ZERO);
            int applied = outcome.applied();
            while (outcome.commit() == null || outcome.waitForLake() > 0) {
                assertThat(job.ended()).isNotDone();
                outcome = correction.run(Duration.ZERO);
                applied += outcome.applied();
            }
            return new Outcome(
                    outcome.commit(),
                    outcome.isWhole(),
                    applied,
                    outcome.patches(),
                    outcome.waitForEvent(),
                    outcome.waitForWindows(),
                    0);
        }
    }

    private void take(String id, @Nullable String reason) {
        new VoidSender(topic(), InstantSource.system())
                .send(List.of(new VoidRequest("c", "s", id, reason)));
        wasSent(1);
    }

    private List<String> usageOf(Instant window) throws Exception {
        return ask(
                """
                select meter || ' ' || group_by || ' ' || value || ' ' || readings || ' ' || adjustments
                from tallyflow.usage where window_start = '%s' order by meter, group_by::text
                """
                        .formatted(window));
    }

    private List<String> totals() throws Exception {
        return ask(
                """
                select m.slug || ' ' || q.value from tallyflow.meter m, tallyflow.query(m.slug) q
                order by m.slug
                """);
    }

    private List<String> inLake() throws Exception {
        List<String> all = new ArrayList<>();
        for (String slug : List.of("last", "models", "peak", "tokens")) {
            all.add(lake(slug));
        }
        return all;
    }

    private String lake(String slug) throws Exception {
        return lake(slug, null, null);
    }

    private String lake(String slug, @Nullable Instant from, @Nullable Instant to)
            throws Exception {
        List<String> values = new ArrayList<>();
        new LakeQueryEngine(lakeOptions(), database().dataSource())
                .run(
                        new UsageQuery(
                                slug,
                                from,
                                to,
                                (CalendarWindow) null,
                                "UTC",
                                List.of(),
                                List.of(),
                                Map.of()),
                        row -> values.add(slug + " " + row.value().toPlainString()));
        assertThat(values).hasSize(1);
        return values.get(0);
    }

    private void send(String id, int second, int value, String model) throws Exception {
        send(Instant.now(), event(id, base.plusSeconds(second), value, model));
    }

    private static String event(String id, Instant time, int value, String model) {
        return "{\"specversion\": \"1.0\", \"id\": \"%s\", \"source\": \"s\", \"type\": \"t\", \"subject\": \"c\", \"time\": \"%s\", \"data\": {\"v\": %d, \"m\": \"%s\"}}"
                .formatted(id, time, value, model);
    }
}
