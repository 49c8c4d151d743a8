package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Alerts ask for what the job reports, and each has its place on the page. */
final class AlertsTest {

    private static final String PAGE = "docs/operating/alerts.md";

    /** What the page on metrics advises, by metric. */
    private static final Pattern ADVICE =
            Pattern.compile("(?m)^\\| `([^`]+)` \\|(?:[^|]*\\|){4} ([^|]*\\S) \\|$");

    private final JsonNode file = Repository.yaml("deploy/monitoring/alerts.yaml");

    private List<JsonNode> rules() {
        List<JsonNode> rules = new ArrayList<>();
        file.get("groups").forEach(group -> group.get("rules").forEach(rules::add));
        return rules;
    }

    @Test
    void haveTheShapeOfRules() {
        assertThat(file.fieldNames()).toIterable().containsExactly("groups");
        assertThat(rules())
                .isNotEmpty()
                .allSatisfy(
                        rule -> {
                            assertThat(rule.fieldNames())
                                    .toIterable()
                                    .containsExactly(
                                            "alert", "expr", "for", "labels", "annotations");
                            assertThat(rule.get("for").asText()).matches("\\d+[mh]");
                            assertThat(rule.at("/labels/severity").asText())
                                    .isIn("critical", "warning");
                            assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
                            assertThat(rule.at("/annotations/description").asText()).isNotBlank();
                        });
        assertThat(names()).doesNotHaveDuplicates();
    }

    @Test
    void askForMetricsAndLabelsThatAreReported() {
        ReportedMetrics reported = new ReportedMetrics();
        assertThat(rules())
                .allSatisfy(
                        rule ->
                                assertThat(
                                                reported.unknownIn(
                                                        PromExpression.of(
                                                                rule.get("expr").asText())))
                                        .as(rule.get("alert").asText())
                                        .isEmpty());
    }

    @Test
    void areEachOnThePageThatTheyName() {
        List<String> sections =
                Repository.text(PAGE)
                        .lines()
                        .filter(line -> line.startsWith("## Tallyflow"))
                        .map(line -> line.substring("## ".length()))
                        .toList();
        assertThat(names()).containsExactlyElementsOf(sections);
        assertThat(rules())
                .allSatisfy(
                        rule ->
                                assertThat(rule.at("/annotations/runbook").asText())
                                        .isEqualTo(
                                                PAGE
                                                        + "#"
                                                        + rule.get("alert")
                                                                .asText()
                                                                .toLowerCase(Locale.ROOT)));
    }

    @Test
    void severityOnThePageIsThatOfTheRule() {
        String page = Repository.text(PAGE);
        assertThat(rules())
                .allSatisfy(
                        rule ->
                                assertThat(page)
                                        .contains(
                                                "\n| ["
                                                        + rule.get("alert").asText()
                                                        + "](#"
                                                        + rule.get("alert")
                                                                .asText()
                                                                .toLowerCase(Locale.ROOT)
                                                        + ") | "
                                                        + rule.at("/labels/severity").asText()
                                                        + " |"));
    }

    /** Whoever follows the page on metrics finds an alert, but for what is an expectation. */
    @Test
    void coverWhatThePageOnMetricsAdvises() {
        List<String> expectations = List.of("unmatchedRecords", "partitions", "commitRetries");
        String expressions =
                rules().stream().map(rule -> rule.get("expr").asText()).toList().toString();
        List<String> advised =
                ADVICE.matcher(
                                Repository.text("docs/reference/metrics.md")
                                        .split("## Of Flink and")[0])
                        .results()
                        .map(row -> row.group(1))
                        .filter(name -> !expectations.contains(name))
                        .toList();
        assertThat(advised)
                .hasSizeGreaterThan(10)
                .allMatch(name -> expressions.contains("_tallyflow_" + name));
    }

    private List<String> names() {
        return rules().stream().map(rule -> rule.get("alert").asText()).toList();
    }
}
