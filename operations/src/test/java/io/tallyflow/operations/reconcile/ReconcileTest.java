package io.tallyflow.operations.reconcile;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.patch.PatchKind;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.UndonePatches;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.patch.SettledRig;
import io.tallyflow.operations.reconcile.Reconcile.Outcome;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results that are what their events come to, and results that are not. */
final class ReconcileTest extends SettledRig {

    private static final RunLimits LIMITS = new RunLimits(2, 64 << 20, 1_000);

    private static final String TOTALS =
            """
            select meter || ' ' || subject || ' ' || group_by || ' ' || window_start || ' ' || value
                || ' ' || readings
            from tallyflow.usage order by 1
            """;

    private final List<Difference> differences = new ArrayList<>();

    /** What happens when events have been counted, and nothing has been compared yet. */
    private Callable<?> meanwhile = () -> null;

    ReconcileTest() {
        super(
                MeterFile.parse(
                        "meters.yaml",
                        """
                        meters:
                          - {slug: calls, eventType: t, aggregation: COUNT}
                          - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.n,
                             groupBy: {g: $.g}, windowSize: HOUR}
                          - {slug: values, eventType: t, aggregation: UNIQUE_COUNT, valueProperty: $.n,
                             groupBy: {g: $.g}, windowSize: DAY}
                          - {slug: least, eventType: t, aggregation: MIN, valueProperty: $.n,
                             windowSize: DAY}
                          - {slug: most, eventType: t, aggregation: MAX, valueProperty: $.n,
                             windowSize: HOUR}
                          - {slug: last, eventType: t, aggregation: LATEST, valueProperty: $.n,
                             windowSize: HOUR}
                          - {slug: mean, eventType: t, aggregation: AVG, valueProperty: $.n,
                             windowSize: DAY}
                        """));
    }

    private Outcome reconcile(
            @Nullable String slug, @Nullable Instant from, @Nullable Instant to, boolean repairs) {
        return reconcile(new Reconcile.Request(slug, from, to, repairs), LIMITS);
    }

    private Outcome reconcile(Reconcile.Request request, RunLimits limits) {
        differences.clear();
        return new Reconcile(
                        request.repairs() ? address() : addressOfReader(),
                        lake.options(),
                        limits,
                        Duration.ZERO,
                        new ReconcileListener() {
                            @Override
                            public synchronized void readPart() {
                                try {
                                    meanwhile.call();
                                    meanwhile = () -> null;
                                } catch (Exception e) {
                                    throw new IllegalStateException(e);
                                }
                            }

                            @Override
                            public void differs(Difference difference) {
                                differences.add(difference);
                            }
                        })
                .run(request);
    }

    private Outcome reconcile() {
        return reconcile(null, null, null, false);
    }

    private List<String> found() {
        return differences.stream()
                .map(
                        one ->
                                "%s %s %s %s %s of %d, not %s of %d"
                                        .formatted(
                                                one.place(),
                                                one.version().name(),
                                                one.subject(),
                                                one.group(),
                                                text(one.value()),
                                                one.readings(),
                                                text(one.counted()),
                                                one.events()))
                .sorted()
                .toList();
    }

    private static String text(@Nullable BigDecimal value) {
        return value == null ? "nothing" : value.toPlainString();
    }

    @Test
    void isPutOnRecordByWhoeverMay() throws Exception {
        accept(List.of(event("s", 0)), null);
        assertThat(reconcile().record()).isNull();
        assertThat(ask("select count(*) from tallyflow.reconciliation")).containsExactly("0");
        run("update tallyflow.usage_row set sum = sum + 1 where sum is not null");
        Outcome outcome =
                reconcile(
                        "tokens",
                        Instant.parse("2026-03-01T00:00:00Z"),
                        Instant.parse("2026-03-02T00:00:00Z"),
                        true);
        assertThat(outcome.record()).isEqualTo(1);
        assertThat(
                        ask(
                                """
                                select concat_ws(' ', meter, "from" at time zone 'UTC',
                                    "to" at time zone 'UTC', commit = %d, accepted, in_lake, compared,
                                    left_out, different, repaired, lake_compared, lake_different,
                                    recorded_by = 'WRITER')
                                from tallyflow.reconciliation
                                """
                                        .formatted(outcome.commit())
                                        .replace("WRITER", writer.name())))
                .containsExactly(
                        "tokens 2026-03-01 00:00:00 2026-03-02 00:00:00 t 1 1 1 0 1 1 1 0 t");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void findsAndRepairsWhatSomebodyHasChanged(int seed) throws Exception {
        Random random = new Random(seed);
        List<UsageEvent> onTime = new ArrayList<>();
        List<UsageEvent> late = new ArrayList<>();
        for (int i = 0; i < 600; i++) {
            (random.nextInt(5) == 0 ? late : onTime).add(event("s" + random.nextInt(4), 11 * i));
        }
        accept(onTime, null);
        acceptLate(late);
        List<UsageEvent> voids = new ArrayList<>();
        for (UsageEvent event : onTime) {
            if (random.nextInt(10) == 0) {
                voids.add(taking(event));
            }
        }
        accept(voids, null);
        correct();
        List<String> right = ask(TOTALS);
        // In several passes, too.
        for (int memory : new int[] {64 << 20, 600_000}) {
            Outcome outcome =
                    reconcile(
                            new Reconcile.Request(null, null, null, false),
                            new RunLimits(2, memory, 1_000));
            assertThat(found()).isEmpty();
            assertThat(outcome.isEqual()).isTrue();
            assertThat(outcome.accepted())
                    .isEqualTo(600 + voids.size())
                    .isEqualTo(outcome.inLake());
            assertThat(outcome.postgres().compared())
                    .isEqualTo(
                            Long.parseLong(
                                    ask("""
                                                    select count(distinct (meter, subject, window_start))
                                                    from tallyflow.usage
                                                    """)
                                            .get(0)));
            assertThat(outcome.lake().compared())
                    .isGreaterThanOrEqualTo(outcome.postgres().compared());
        }
        long changed = 0;
        for (String change :
                List.of(
                        "update tallyflow.usage_row set sum = sum + 1 where %s",
                        "update tallyflow.usage_row set readings = readings + 1 where %s",
                        "update tallyflow.usage_row set min = min + 1 where min is not null and %s",
                        "update tallyflow.usage_row set max = max - 1 where max is not null and %s",
                        "update tallyflow.usage_row set latest_id = 'x' where latest is not null and %s",
                        "delete from tallyflow.usage_row where %s",
                        "delete from tallyflow.adjustment_row where %s",
                        "delete from tallyflow.distinct_value where %s",
                        "update tallyflow.distinct_value set value = 'x' where %s",
                        """
                        insert into tallyflow.usage_row
                        select cell, window_start + interval '3 days', layer, shard, commit, readings,
                            latest_at, settled, sum, min, max, latest, latest_source, latest_id
                        from tallyflow.usage_row where %s
                        """)) {
            changed +=
                    run(
                            change.formatted(
                                    "hashtext(cell::text || window_start::text) % 50 = "
                                            + random.nextInt(5)));
        }
        assertThat(changed).isGreaterThan(10);
        Outcome broken = reconcile();
        assertThat(broken.isEqual()).isFalse();
        assertThat(differences).hasSizeGreaterThan(10);
        assertThat(differences).allMatch(one -> one.place() == Difference.Place.POSTGRES);
        long different = broken.postgres().different();
        Outcome repaired = reconcile(null, null, null, true);
        assertThat(repaired.isEqual()).isTrue();
        assertThat(repaired.postgres().different()).isEqualTo(different);
        assertThat(repaired.runs()).isNotEmpty();
        assertThat(ask(TOTALS)).isEqualTo(right);
        assertThat(reconcile().postgres().different()).isZero();
        assertThat(
                        ask(
                                "select distinct kind || ' ' || state from tallyflow.run where kind <> 'patch'"))
                .containsExactly("repair shown");
        assertThat(
                        ask(
                                """
                                select reason from tallyflow.adjustment
                                where reason not in ('late', 'void') group by reason
                                """))
                .containsExactly("repair");
    }

    @Test
    void findsWhatTheLakesUsageHasTooMuchAndTooLittle() throws Exception {
        accept(List.of(event("s", 1), event("s", 4)), null);
        assertThat(reconcile("tokens", null, null, false).isEqual()).isTrue();
        long hour = START.toEpochMilli();
        UsageCell more = new UsageCell("tokens", "s", "{\"g\":\"1\"}", hour, hour + 3_600_000);
        UsageCell none = new UsageCell("tokens", "t", "{\"g\":\"1\"}", hour, hour + 3_600_000);
        // On a day without an event.
        long before = hour - 86_400_000;
        UsageCell alone = new UsageCell("tokens", "u", "{}", before, before + 3_600_000);
        List<LakeRow> rows = new ArrayList<>();
        for (UsageCell cell : List.of(more, none, alone)) {
            rows.add(
                    LakeRow.of(
                            new SettledUsage(
                                    cell,
                                    UsagePartials.of(new BigDecimal("7"), micros(START), "s", "i"),
                                    0,
                                    null)));
        }
        lake.commit(hour + 7_200_000, rows);
        standAt(4);
        Outcome outcome = reconcile("tokens", null, null, false);
        assertThat(outcome.isEqual()).isFalse();
        assertThat(outcome.postgres().different()).isZero();
        assertThat(outcome.lake().different()).isEqualTo(3);
        assertThat(found())
                .containsExactly(
                        "LAKE tokens s {\"g\":\"1\"} 12 of 3, not 5 of 2",
                        "LAKE tokens t {\"g\":\"1\"} 7 of 1, not nothing of 0",
                        "LAKE tokens u {} 7 of 1, not nothing of 0");
        // Only the stream writes to the lake.
        run("update tallyflow.ledger_history set metered = 2, consumed = 2");
        assertThat(reconcile("tokens", null, null, true).isEqual()).isFalse();
    }

    @Test
    void comparesOnlyWhatIsAskedFor() throws Exception {
        accept(List.of(event("s", 1), event("s", 200), event("s", 5_000)), null);
        run("update tallyflow.usage_row set readings = readings + 1");
        reconcile("calls", null, null, false);
        assertThat(found()).hasSize(3).allMatch(line -> line.startsWith("POSTGRES calls"));
        Instant second = START.plus(Duration.ofHours(1));
        reconcile("tokens", second, START.plus(Duration.ofDays(1)), false);
        assertThat(differences)
                .singleElement()
                .satisfies(
                        one ->
                                assertThat(one.windowStart())
                                        .isEqualTo(START.plus(Duration.ofHours(2))));
        assertThat(reconcile("tokens", second, second.plusSeconds(1), false).postgres().compared())
                .isZero();
        assertThatThrownBy(() -> reconcile("nobody", null, null, false))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("there is no meter nobody");
        assertThatThrownBy(() -> reconcile(null, second, second, false))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessageContaining("is not before");
    }

    @Test
    void leavesOutWhatHasNotSettledAndWhatIsLaterThanTheLake() throws Exception {
        accept(List.of(event("s", 1), event("s", 200), event("s", 400)), null);
        run(
                "update tallyflow.usage_row set settled = false, readings = 7 where window_start < "
                        + "'2026-03-01T01:00:00Z' and layer = (select layer from tallyflow.layer where slug = 'most')");
        run(
                "update tallyflow.usage_row set commit = 2, readings = 7 where window_start > "
                        + "'2026-03-01T03:00:00Z' and layer = (select layer from tallyflow.layer where slug = 'most')");
        Outcome outcome = reconcile("most", null, null, true);
        assertThat(outcome.isEqual()).isTrue();
        assertThat(outcome.postgres()).isEqualTo(new Reconcile.Windows(1, 2, 0, 0));
        run("update tallyflow.usage_row set settled = true, commit = 1");
        assertThat(reconcile("most", null, null, false).postgres())
                .isEqualTo(new Reconcile.Windows(3, 0, 2, 0));
    }

    /** Rows of runs know nothing of the stream's time. */
    @Test
    void leavesOutWhatARunHasCountedOfAnOpenWindow() throws Exception {
        accept(List.of(event("s", 1)), null);
        run(
                """
                update tallyflow.usage_row set shard = 1000001, settled = false, readings = 7
                where layer = (select layer from tallyflow.layer where slug = 'most')
                """);
        assertThat(reconcile("most", null, null, false).postgres())
                .isEqualTo(new Reconcile.Windows(1, 0, 1, 0));
        // It begins later than all that has settled.
        accept(List.of(event("s", 70_055)), null);
        run("update tallyflow.usage_row set shard = 1000001, settled = false, readings = 7");
        assertThat(reconcile("most", null, null, false).postgres())
                .isEqualTo(new Reconcile.Windows(1, 1, 1, 0));
    }

    @Test
    void findsWhatOnlyOneSideHas() throws Exception {
        accept(List.of(event("s", 1), event("t", 1), event("t", 2)), null);
        // A subject that Postgres does not know, and windows of days without events, on both sides.
        run(
                """
                delete from tallyflow.usage_row u using tallyflow.cell c
                where c.cell = u.cell and c.subject = 't'
                """);
        for (String other : List.of("- interval '3 days'", "+ interval '3 days'")) {
            run(
                    """
                    insert into tallyflow.usage_row
                    select cell, window_start %s, u.layer, shard, commit, readings, latest_at,
                        settled, sum, min, max, latest, latest_source, latest_id
                    from tallyflow.usage_row u
                    join tallyflow.layer l on l.layer = u.layer and l.slug = 'calls'
                    where window_start between '2026-03-01T00:00:00Z' and '2026-03-02T00:00:00Z'
                    """
                            .formatted(other));
        }
        reconcile("calls", null, null, false);
        assertThat(found())
                .containsExactly(
                        "POSTGRES calls s {} 1 of 1, not nothing of 0",
                        "POSTGRES calls s {} 1 of 1, not nothing of 0",
                        "POSTGRES calls t {} nothing of 0, not 1 of 1",
                        "POSTGRES calls t {} nothing of 0, not 1 of 1");
    }

    @Test
    void comparesNoVersionThatTotalsDoNotShow() throws Exception {
        accept(List.of(event("s", 1)), null);
        run("update tallyflow.layer set shown = false where slug = 'mean'");
        run(
                """
                update tallyflow.usage_row u set readings = 7
                from tallyflow.layer l where l.layer = u.layer and l.slug = 'mean'
                """);
        assertThat(reconcile().postgres()).isEqualTo(new Reconcile.Windows(6, 0, 0, 0));
    }

    @Test
    void leavesOutValuesThatTheLakeDoesNotHoldYet() throws Exception {
        accept(List.of(event("s", 1)), null);
        run(
                """
                insert into tallyflow.distinct_value
                select cell, window_start, gen_random_uuid(), layer, 2, 'later'
                from tallyflow.distinct_value
                """);
        assertThat(reconcile("values", null, null, false).postgres())
                .isEqualTo(new Reconcile.Windows(1, 0, 0, 0));
        run("update tallyflow.distinct_value set commit = 1");
        reconcile("values", null, null, false);
        assertThat(found()).containsExactly("POSTGRES values s {\"g\":\"1\"} 2 of 1, not 1 of 1");
    }

    @Test
    void leavesOutWhatIsPatchedMeanwhile() throws Exception {
        UsageEvent wrong = event("s", 1);
        accept(List.of(wrong, event("s", 2), event("s", 200)), null);
        accept(List.of(taking(wrong)), null);
        meanwhile = this::correct;
        Outcome outcome = reconcile();
        assertThat(found()).isEmpty();
        assertThat(ask("select count(*)::text from tallyflow.void where state = 'applied'"))
                .containsExactly("1");
        // One window of each meter; others of the same day are compared.
        assertThat(outcome.postgres().left()).isEqualTo(7);
        assertThat(outcome.postgres().compared()).isPositive();
        assertThat(reconcile().postgres().left()).isZero();
    }

    @Test
    void leavesOutWhatAPatchHasDoneThatHadBegunBefore() throws Exception {
        accept(List.of(event("s", 1), event("s", 200)), null);
        try (Connection connection = database.connect()) {
            assertThat(new PatchTable(connection).begin(PatchKind.PATCH, 1, null)).isEqualTo(1);
        }
        meanwhile =
                () ->
                        run(
                                        "update tallyflow.usage_row set readings = 2 where window_start < '%s'"
                                                .formatted(START.plusSeconds(60)))
                                + run(
                                        """
                                        insert into tallyflow.patch_window
                                        select distinct 1, layer, 's', window_start, 2, 1
                                        from tallyflow.usage_row where readings = 2
                                        """)
                                + run(
                                        """
                                        update tallyflow.counting_run
                                        set state = 'shown', shown_in_commit = 1
                                        """);
        assertThat(reconcile("calls", null, null, false).postgres())
                .isEqualTo(new Reconcile.Windows(1, 1, 0, 0));
        assertThat(found()).isEmpty();
    }

    @Test
    void saysThatARewindOrAnotherDefinitionCameBetween() throws Exception {
        accept(List.of(event("s", 1)), null);
        for (String change :
                List.of(
                        "update tallyflow.ledger set epoch = 1 - epoch",
                        "update tallyflow.layer set shown = not shown where slug = 'mean'")) {
            meanwhile = () -> run(change);
            assertThatThrownBy(this::reconcile)
                    .isInstanceOf(RequestFailedException.class)
                    .hasMessageContaining("a rewind, a change of meters or a run came between");
            run(change);
            assertThat(reconcile().isEqual()).isTrue();
        }
    }

    @Test
    void repairsTheOthersWhereOneMustWaitForTheLake() throws Exception {
        accept(List.of(event("s", 1), event("t", 1)), null);
        run("update tallyflow.usage_row set readings = readings + 1");
        // A late reading that the lake does not hold: which values are new hangs on it.
        run(
                """
                insert into tallyflow.adjustment_row (cell, window_start, layer, commit, checkpoint,
                    committed_at, readings, reason)
                select c.cell, '%s', c.layer, 2, 9, now(), 1, 'late'
                from tallyflow.cell c join tallyflow.layer l on l.layer = c.layer
                where c.subject = 't' and l.slug = 'values'
                """
                        .formatted(START));
        Outcome outcome = reconcile(null, null, null, true);
        assertThat(outcome.postgres()).isEqualTo(new Reconcile.Windows(14, 0, 14, 13));
        assertThat(outcome.isEqual()).isFalse();
        reconcile();
        assertThat(found()).containsExactly("POSTGRES values t {\"g\":\"1\"} 1 of 2, not 1 of 1");
    }

    @Test
    void goesOnAfterARepairThatWasNeverMade() throws Exception {
        accept(List.of(event("s", 1)), null);
        run("update tallyflow.usage_row set readings = readings + 1");
        try (Connection dead = database.connect()) {
            new PatchTable(dead).begin(PatchKind.REPAIR, 1, null);
        }
        assertThat(reconcile("calls", null, null, true).runs()).containsExactly(2L);
        assertThat(ask("select run || kind || state from tallyflow.counting_run order by run"))
                .containsExactly("1repairfailed", "2repairshown");
    }

    @Test
    void comparesAWindowWithTooManyGroupsAsAWhole() throws Exception {
        accept(List.of(event("s", 1), event("s", 2), event("s", 3), event("s", 4)), null);
        // What the stream does with those that come last.
        String cell =
                """
                insert into tallyflow.cell
                select tallyflow.cell_of(l.name, 's', '{"g":"__other__"}'), l.layer, 's',
                    '{"g": "__other__"}'
                from tallyflow.layer l where l.slug in ('tokens', 'values')
                """;
        assertThat(run(cell)).isEqualTo(2);
        for (String table : List.of("usage_row", "distinct_value")) {
            run(
                    """
                    update tallyflow.%s r set cell = o.cell
                    from tallyflow.cell c, tallyflow.cell o
                    where c.cell = r.cell and o.layer = c.layer and c.group_by = '{"g": "0"}'
                      and o.group_by = '{"g": "__other__"}'
                    """
                            .formatted(table));
        }
        assertThat(reconcile("tokens", null, null, false).postgres().different()).isZero();
        assertThat(reconcile("values", null, null, false).postgres().different()).isZero();
        run("delete from tallyflow.distinct_value where value = '3'");
        reconcile("values", null, null, false);
        assertThat(found())
                .containsExactly("POSTGRES values s {\"g\":\"__other__\"} 3 of 4, not 4 of 4");
        run("update tallyflow.usage_row set sum = sum + 1");
        reconcile("tokens", null, null, false);
        assertThat(found())
                .containsExactly("POSTGRES tokens s {\"g\":\"__other__\"} 13 of 4, not 10 of 4");
    }

    @Test
    void saysWhatWasIgnoredAsOutOfRangeAndDoesNotRepairIt() throws Exception {
        accept(
                List.of(great("a", "60000000000000000000"), great("b", "30000000000000000000")),
                null);
        run(
                "update tallyflow.usage_row set sum = 60000000000000000000, readings = 1"
                        + " where layer = (select layer from tallyflow.layer where slug = 'tokens')");
        // Accepted, and too much for the cell.
        lake.commit(0, List.of(LakeRow.accepted(great("c", "20000000000000000000"), 99)));
        standAt(4);
        Outcome outcome = reconcile("tokens", null, null, false);
        assertThat(outcome.isEqual()).isFalse();
        assertThat(found())
                .containsExactly(
                        "POSTGRES tokens s {\"g\":\"1\"} 60000000000000000000 of 1, not"
                                + " 110000000000000000000 of 3");
        outcome = reconcile("tokens", null, null, true);
        assertThat(outcome.isEqual()).isFalse();
        assertThat(outcome.runs()).isEmpty();
    }

    /** A further commit, which a batch of the lake stands for. */
    private void standAt(long checkpoint) throws Exception {
        run(
                """
                insert into tallyflow.ledger_history select (h).* from (
                    select jsonb_populate_record(h,
                        '{"checkpoint": %d, "commit": 2, "metered": 3, "consumed": 3}') as h
                    from tallyflow.ledger_history h) one
                """
                        .formatted(checkpoint));
    }

    private static UsageEvent great(String id, String number) {
        return anEvent()
                .subject("s")
                .source("s")
                .id(id)
                .type("t")
                .timeMicros(micros(START))
                .data("{\"n\": " + number + ", \"g\": \"1\"}")
                .build();
    }

    @Test
    void repairsNothingByALakeThatLacksEvents() throws Exception {
        accept(List.of(event("s", 1)), null);
        run("update tallyflow.ledger_history set metered = 2, consumed = 2");
        Outcome outcome = reconcile();
        assertThat(outcome.accepted()).isEqualTo(2);
        assertThat(outcome.inLake()).isEqualTo(1);
        assertThatThrownBy(() -> reconcile(null, null, null, true))
                .isInstanceOf(RequestFailedException.class)
                .hasMessage(
                        "the lake holds 1 of the 2 events that were accepted by commit 1: nothing is"
                                + " repaired by it");
    }

    @Test
    void repairsAloneAndSaysWhereTheLakeStandsForNothing() throws Exception {
        assertThatThrownBy(this::reconcile)
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("the lake holds nothing yet");
        accept(List.of(event("s", 1)), null);
        try (Connection other = database.connect()) {
            assertThat(new PatchTable(other).patchAlone()).isTrue();
            assertThatThrownBy(() -> reconcile(null, null, null, true))
                    .isInstanceOf(RequestFailedException.class)
                    .hasMessageContaining("by another process: ask again");
            assertThat(reconcile().isEqual()).isTrue();
        }
        run("update tallyflow.ledger set epoch = 1");
        assertThatThrownBy(this::reconcile)
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("a batch that is no commit any more, as after a rewind");
    }

    @Test
    void isUndoneByARewindAsAPatchIs() throws Exception {
        accept(List.of(event("s", 1), event("s", 2)), null);
        run("update tallyflow.usage_row set sum = sum + 1");
        List<String> wrong = ask(TOTALS);
        assertThat(reconcile(null, null, null, true).isEqual()).isTrue();
        assertThat(ask(TOTALS)).isNotEqualTo(wrong);
        run("update tallyflow.counting_run set state = 'undone', cut_commit = 2");
        try (Connection connection = database.connect()) {
            new UndonePatches(connection).putBack(1, 3);
        }
        assertThat(ask(TOTALS)).isEqualTo(wrong);
    }
}
