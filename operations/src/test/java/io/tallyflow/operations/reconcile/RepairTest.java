package io.tallyflow.operations.reconcile;

import static io.tallyflow.schemas.event.AnEvent.anEvent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.patch.PatchKind;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.UndonePatches;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.reconcile.Reconcile.Outcome;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.LakeRow;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows that are not what their events come to are put right, or it is said why not. */
final class RepairTest extends ReconcileRig {

    private static final String TOTALS =
            """
            select meter || ' ' || subject || ' ' || group_by || ' ' || window_start || ' ' || value
                || ' ' || readings
            from tallyflow.usage order by 1
            """;

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
}
