package io.tallyflow.operations.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.patch.PatchKind;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.operations.reconcile.Reconcile.Outcome;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Results that are what their events come to, and results that are not. */
final class ReconcileTest extends ReconcileRig {

    /** As on a standby, too. */
    @Test
    void isNotPutOnRecordWhereNothingIsWritten() throws Exception {
        accept(List.of(event("s", 0)), null);
        run("alter role " + reader.name() + " set default_transaction_read_only = on");
        Outcome outcome = reconcile();
        assertThat(outcome.isEqual()).isTrue();
        assertThat(outcome.postgres().compared()).isEqualTo(7);
        assertThat(outcome.record()).isNull();
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
        assertThat(
                        ask(
                                "select lake_compared || ' ' || lake_different from tallyflow.reconciliation"))
                .containsExactly("3 3");
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
        assertThat(ask("select left_out::text from tallyflow.reconciliation")).containsExactly("2");
        run("update tallyflow.usage_row set settled = true, commit = 1");
        assertThat(reconcile("most", null, null, false).postgres())
                .isEqualTo(new Reconcile.Windows(3, 0, 2, 0));
    }

    /** Rows of runs know nothing of the stream's time. */
    @Test
    void leavesOutWhatARunHasCountedOfAnOpenWindow() throws Exception {
        // Its hour ends when all has settled.
        accept(List.of(event("s", 70_000)), null);
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
}
