package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.results.lake.LakeQueryEngine;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.PostgresQueryEngine;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.QueryRow;
import io.tallyflow.results.query.UsageQuery;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A definition that is changed between two starts, on real servers. */
final class ChangedMeterTest extends ServedMetering {

    private static final String OLD =
            """
            meters:
              - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.old}
            """;
    private static final String CHANGED =
            """
            meters:
              - slug: tokens
                eventType: t
                aggregation: SUM
                valueProperty: $.new
                groupBy: {model: $.model}
            """;

    @Test
    @Timeout(240)
    void countsEachWindowByOneVersionInPostgresAndInTheLake() throws Exception {
        try (RunningJob job = run(OLD)) {
            send("a", "10:00:30", "10:10:20");
            awaitCommit(job);
        }
        try (RunningJob job = run(CHANGED)) {
            // Stopped before it has committed, it has chosen the boundary all the same.
            job.awaitProcessing(Duration.ofSeconds(60));
        }
        try (RunningJob job = run(CHANGED)) {
            send("b", "10:10:59.999", "10:11:00", "10:12:30", "10:00:45");
            awaitCommit(job);
            awaitLake(job);
            assertThat(usage())
                    .containsExactly(
                            "tokens 10:00 {} 2",
                            "tokens 10:10 {} 2",
                            "tokens 10:11 {\"model\": \"m\"} 100",
                            "tokens 10:12 {\"model\": \"m\"} 100");
            assertThat(versions())
                    .containsExactly(
                            "1 shown  2999-01-01T10:11:00Z", "2 shown 2999-01-01T10:11:00Z ");
            QueryEngine postgres = new PostgresQueryEngine(database().dataSource());
            QueryEngine lake = new LakeQueryEngine(lakeOptions(), database().dataSource());
            for (CalendarWindow window : Arrays.asList(null, CalendarWindow.MINUTE)) {
                List<QueryRow> both = new ArrayList<>();
                for (String name : List.of("tokens", "tokens@1", "tokens@2")) {
                    // The first version has no groups.
                    List<String> groups = name.equals("tokens@1") ? List.of() : List.of("model");
                    List<QueryRow> rows = answer(postgres, name, groups, window);
                    assertThat(answer(lake, name, groups, window)).isEqualTo(rows).isNotEmpty();
                    both.addAll(name.equals("tokens") ? List.of() : rows);
                }
                assertThat(sum(both))
                        .isEqualTo(sum(answer(postgres, "tokens", List.of("model"), window)));
            }
            for (QueryEngine engine : List.of(postgres, lake)) {
                assertThatThrownBy(() -> answer(engine, "tokens@3", List.of(), null))
                        .hasMessageContaining("totals of meter tokens show no version 3");
                assertThatThrownBy(() -> answer(engine, "tokens@1", List.of("model"), null))
                        .hasMessageContaining("meter tokens@1 is grouped by nothing");
            }
            audit();
        }
    }

    private List<String> versions() throws Exception {
        return ask(
                """
                select concat(version, ' ', state, ' ',
                    to_char(counts_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ' ',
                    to_char(counts_to at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                from tallyflow.meter_version order by version
                """);
    }

    private static List<QueryRow> answer(
            QueryEngine engine, String name, List<String> groups, @Nullable CalendarWindow window)
            throws Exception {
        List<QueryRow> rows = new ArrayList<>();
        engine.run(
                new UsageQuery(name, null, null, window, "UTC", List.of(), groups, Map.of()),
                rows::add);
        return rows;
    }

    private static BigDecimal sum(List<QueryRow> rows) {
        return rows.stream().map(QueryRow::value).reduce(BigDecimal.ZERO, BigDecimal::add);
    }
}
