package io.tallyflow.integration.conformance;

import io.tallyflow.connectors.postgres.query.AnswerRow;
import io.tallyflow.connectors.postgres.query.QueryCall;
import io.tallyflow.schemas.measure.Aggregation;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Records in, queries, expected answers; with meters and an event type of its own, so that many
 * scenarios share one run.
 */
final class ConformanceScenario {

    private final String slug;
    private final String name;
    private final StringBuilder meters = new StringBuilder();
    private final List<UsageRecord> records = new ArrayList<>();
    private final List<Check> checks = new ArrayList<>();
    private final Map<String, Long> adds = new TreeMap<>();

    private ConformanceScenario(String slug, String name) {
        this.slug = slug;
        this.name = name;
    }

    /**
     * @param slug its event type, its default source and subject, and what its meters begin with
     * @param name a sentence
     */
    static ConformanceScenario of(String slug, String name) {
        return new ConformanceScenario(slug, name);
    }

    /** What a query must answer. */
    sealed interface Check {
        String name();

        QueryCall query();
    }

    /** These rows, in this order. */
    record Rows(String name, QueryCall query, List<AnswerRow> rows) implements Check {}

    /** Rows with these values. */
    record Values(String name, QueryCall query, List<BigDecimal> values) implements Check {}

    /** No rows, but an error that names the argument. */
    record Refusal(String name, QueryCall query, String argument) implements Check {}

    /** A meter of its own type, named after the scenario and the aggregation. */
    ConformanceScenario meter(Aggregation aggregation, @Nullable String value, String... groups) {
        meters.append("  - slug: ").append(slug(aggregation)).append('\n');
        meters.append("    eventType: ").append(slug).append('\n');
        meters.append("    aggregation: ").append(aggregation).append('\n');
        if (value != null) {
            meters.append("    valueProperty: ").append(value).append('\n');
        }
        meters.append(groups.length == 0 ? "" : "    groupBy:\n");
        for (String group : groups) {
            meters.append("      ").append(group).append(": $.").append(group).append('\n');
        }
        return this;
    }

    ConformanceScenario sends(UsageRecord... more) {
        records.addAll(List.of(more));
        return this;
    }

    ConformanceScenario sends(List<UsageRecord> more) {
        records.addAll(more);
        return this;
    }

    /** A record of its type; its id is its number in the scenario, unless it is given another. */
    UsageRecord event(int number, Instant time) {
        return new UsageRecord(
                slug, slug, Integer.toString(number), slug, time, null, "{\"value\":1}", null);
    }

    UsageRecord event(int number, String time) {
        return event(number, Instant.parse(time));
    }

    /** What it leaves in a counter of the ledger, or under {@code reasons}. */
    ConformanceScenario adds(String counter, long count) {
        adds.merge(counter, count, Long::sum);
        return this;
    }

    ConformanceScenario expects(String what, QueryCall query, AnswerRow... rows) {
        checks.add(new Rows(what, query, List.of(rows)));
        return this;
    }

    ConformanceScenario expects(String what, QueryCall query, String... values) {
        List<BigDecimal> numbers = new ArrayList<>();
        for (String value : values) {
            numbers.add(new BigDecimal(value));
        }
        checks.add(new Values(what, query, numbers));
        return this;
    }

    ConformanceScenario refuses(String what, QueryCall query, String argument) {
        checks.add(new Refusal(what, query, argument));
        return this;
    }

    /** All that its meter of this aggregation counted. */
    QueryCall query(Aggregation aggregation) {
        return QueryCall.of(slug(aggregation));
    }

    private String slug(Aggregation aggregation) {
        return slug + "_" + aggregation.name().toLowerCase(Locale.ROOT);
    }

    String name() {
        return name;
    }

    String meters() {
        return meters.toString();
    }

    List<UsageRecord> records() {
        return Collections.unmodifiableList(records);
    }

    List<Check> checks() {
        return Collections.unmodifiableList(checks);
    }

    /** By counter or reason. */
    Map<String, Long> adds() {
        return Collections.unmodifiableMap(adds);
    }
}
