package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.run.Backfill;
import io.tallyflow.operations.run.RunListener;
import io.tallyflow.results.lake.LakeQueryEngine;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.meter.MeterFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A meter that comes later is made equal to one that was there from the start. */
final class BackfilledMeterTest extends ServedMetering {

    private static final List<String> MEANINGS =
            List.of(
                    "aggregation: COUNT",
                    "aggregation: SUM, valueProperty: $.old, groupBy: {model: $.model}",
                    "aggregation: UNIQUE_COUNT, valueProperty: $.model",
                    "aggregation: AVG, valueProperty: $.new",
                    "aggregation: LATEST, valueProperty: $.new, windowSize: HOUR");

    private static final String DIFFERENCE =
            """
            with one as (
                select split_part(meter, '_', 2) as meter, subject, group_by, window_start, value,
                    readings
                from tallyflow.usage where meter like 'early_%'
            ),
            other as (
                select split_part(meter, '_', 2), subject, group_by, window_start, value, readings
                from tallyflow.usage where meter like 'late_%'
            )
            (table one except all table other) union all (table other except all table one)
            """;

    @Test
    @Timeout(240)
    void equalsAMeterThatWasThereFromTheStart() throws Exception {
        try (RunningJob job = run("meters:" + meters("early"))) {
            send("a", "10:00:30", "10:00:40", "10:10:20");
            awaitCommit(job);
            MeterRequests.apply(
                    database().dataSource(),
                    MeterFile.parse("meters.yaml", "meters:" + meters("late")),
                    false,
                    null);
            awaitDefinitions(job, 2 * MEANINGS.size());
            // Into windows of before and of later, and one that has settled.
            send("b", "10:10:30", "10:20:00", "10:00:50");
            awaitCommit(job);
            assertThat(ask("select count(*)::text from (" + DIFFERENCE + ") d"))
                    .isNotEqualTo(List.of("0"));
            for (int i = 0; i < MEANINGS.size(); i++) {
                assertThat(backfill("late_" + i)).hasSize(1);
            }
            assertThat(ask("select d::text from (" + DIFFERENCE + ") d")).isEmpty();
            send("c", "10:10:40", "10:00:55", "10:30:00");
            awaitCommit(job);
            assertThat(ask("select d::text from (" + DIFFERENCE + ") d")).isEmpty();
            assertThat(total("late_0")).isEqualTo(total("early_0")).isEqualTo(List.of("9"));
            assertThat(ask("select slug from tallyflow.meter" + " where complete_from is not null"))
                    .isEmpty();
            awaitLake(job);
            for (int i = 0; i < MEANINGS.size(); i++) {
                assertThat(inLake("late_" + i)).isEqualTo(inLake("early_" + i)).isNotEmpty();
            }
            audit();
            assertThat(backfill("late_0")).isEmpty();
            assertThat(backfill("early_0")).hasSize(1);
            assertThat(ask("select state || events from tallyflow.run order by run"))
                    .containsExactly("shown3", "shown3", "shown3", "shown3", "shown3", "shown0");
        }
    }

    private List<String> total(String meter) throws Exception {
        return ask("select value::text from tallyflow.query('" + meter + "')");
    }

    private List<String> inLake(String meter) throws Exception {
        List<String> rows = new ArrayList<>();
        new LakeQueryEngine(lakeOptions(), database().dataSource())
                .run(
                        new UsageQuery(
                                meter,
                                null,
                                null,
                                CalendarWindow.HOUR,
                                "UTC",
                                List.of(),
                                List.of("subject"),
                                Map.of()),
                        row -> rows.add(row.windowStart() + " " + row.value()));
        return rows;
    }

    private List<Backfill.Outcome> backfill(String meter) {
        return new Backfill(address(), lakeOptions(), RunLimits.ofMachine(), new RunListener() {})
                .run(Backfill.Request.all(meter, Duration.ofMinutes(1)));
    }

    private static String meters(String name) {
        StringBuilder meters = new StringBuilder();
        for (int i = 0; i < MEANINGS.size(); i++) {
            meters.append(
                    "\n  - {slug: %s_%d, eventType: t, %s}".formatted(name, i, MEANINGS.get(i)));
        }
        return meters.append('\n').toString();
    }
}
