package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.jobs.metering.MeteringMetrics;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.progress.Metric;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Panels ask for what the job reports and for what readers of Postgres may see. */
final class DashboardTest {

    private static final int COLUMNS = 24;

    private final JsonNode dashboard = Repository.json("deploy/monitoring/dashboard.json");

    private List<JsonNode> panels() {
        List<JsonNode> panels = new ArrayList<>();
        dashboard.get("panels").forEach(panels::add);
        return panels;
    }

    private List<JsonNode> targets(String source) {
        List<JsonNode> targets = new ArrayList<>();
        for (JsonNode panel : panels()) {
            panel.path("targets")
                    .forEach(
                            target -> {
                                if (target.at("/datasource/type").asText().equals(source)) {
                                    targets.add(target);
                                }
                            });
        }
        return targets;
    }

    @Test
    void panelsHaveNumbersOfTheirOwnAndDoNotOverlap() {
        Set<Integer> ids = new HashSet<>();
        Set<String> taken = new HashSet<>();
        for (JsonNode panel : panels()) {
            assertThat(ids.add(panel.get("id").asInt())).isTrue();
            assertThat(panel.get("title").asText()).isNotBlank();
            JsonNode place = panel.get("gridPos");
            int right = place.get("x").asInt() + place.get("w").asInt();
            assertThat(right).isLessThanOrEqualTo(COLUMNS);
            for (int x = place.get("x").asInt(); x < right; x++) {
                for (int y = 0; y < place.get("h").asInt(); y++) {
                    assertThat(taken.add(x + "," + (place.get("y").asInt() + y)))
                            .as(panel.get("title").asText())
                            .isTrue();
                }
            }
        }
    }

    @Test
    void everyTargetHasASourceThatTheReaderChooses() {
        List<String> variables = new ArrayList<>();
        dashboard
                .at("/templating/list")
                .forEach(variable -> variables.add(variable.get("name").asText()));
        assertThat(variables).containsExactly("prometheus", "postgres", "meter");
        assertThat(targets("prometheus"))
                .isNotEmpty()
                .allMatch(target -> target.at("/datasource/uid").asText().equals("${prometheus}"));
        assertThat(targets("grafana-postgresql-datasource"))
                .isNotEmpty()
                .allMatch(target -> target.at("/datasource/uid").asText().equals("${postgres}"));
    }

    @Test
    void asksForMetricsAndLabelsThatAreReported() {
        ReportedMetrics reported = new ReportedMetrics();
        assertThat(targets("prometheus"))
                .allSatisfy(
                        target ->
                                assertThat(
                                                reported.unknownIn(
                                                        PromExpression.of(
                                                                target.get("expr").asText())))
                                        .as(target.get("expr").asText())
                                        .isEmpty());
    }

    @Test
    void showsEveryMetricOfTallyflow() {
        Set<String> shown = new HashSet<>();
        targets("prometheus")
                .forEach(
                        target ->
                                shown.addAll(
                                        PromExpression.of(target.get("expr").asText()).metrics()));
        assertThat(MeteringMetrics.reference())
                .filteredOn(
                        metric -> // shown by lane, by reason or by another one
                        !List.of("consumedRecords", "ignoredReadings").contains(metric.name()))
                .extracting(ReportedMetrics::name)
                .isSubsetOf(shown);
        assertThat(shown).anyMatch(name -> name.endsWith(Metric.GROUP + "_readings"));
    }

    @Test
    void whatItAsksPostgresIsAnsweredToAReader() throws Exception {
        List<Meter> meters = MeterFile.read(Repository.ROOT.resolve("deploy/compose/meters.yaml"));
        try (PostgresServer.Database database = PostgresServer.migrated();
                Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            RegisteredMeters.register(database.dataSource(), meters);
            statement.execute("set role tallyflow_reader");
            assertThat(slugs(statement))
                    .containsExactlyInAnyOrderElementsOf(meters.stream().map(Meter::slug).toList());
            for (JsonNode target : targets("grafana-postgresql-datasource")) {
                for (Meter meter : meters) {
                    answers(statement, target, meter.slug());
                }
            }
        }
    }

    private List<String> slugs(Statement statement) throws Exception {
        String query = dashboard.at("/templating/list/2/query").asText();
        List<String> slugs = new ArrayList<>();
        try (ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                slugs.add(row.getString(1));
            }
        }
        return slugs;
    }

    private static void answers(Statement statement, JsonNode target, String meter)
            throws Exception {
        String sql = asGrafanaSends(target.get("rawSql").asText(), meter);
        assertThat(sql).doesNotContain("$");
        try (ResultSet rows = statement.executeQuery(sql)) {
            boolean series = target.get("format").asText().equals("time_series");
            assertThat(rows.getMetaData().getColumnName(1).equals("time")).isEqualTo(series);
        }
    }

    /** Macros and variables as Grafana's plugin for Postgres replaces them. */
    private static String asGrafanaSends(String sql, String meter) {
        return sql.replace("${meter:sqlstring}", "'" + meter + "'")
                .replace("$__timeFrom()", "'2026-03-01T00:00:00Z'")
                .replace("$__timeTo()", "'2026-03-08T00:00:00Z'")
                .replaceAll(
                        "\\$__timeFilter\\((\\w+)\\)",
                        "$1 BETWEEN '2026-03-01T00:00:00Z' AND '2026-03-08T00:00:00Z'");
    }
}
