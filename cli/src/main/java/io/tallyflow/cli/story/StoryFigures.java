package io.tallyflow.cli.story;

import io.tallyflow.results.FirstCause;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.UsageQuery;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/** Holds totals against what they must be. */
final class StoryFigures {

    private final Map<String, QueryEngine> engines;
    private final PrintWriter out;

    /**
     * @param engines that answer, by the name that people know them by, in order
     */
    StoryFigures(Map<String, QueryEngine> engines, PrintWriter out) {
        this.engines = engines;
        this.out = out;
    }

    /**
     * Prints totals beside what they must be.
     *
     * @param truth by meter and subject
     * @return whether they are
     */
    boolean are(SortedMap<String, SortedMap<String, Long>> truth) {
        List<Column> columns =
                new ArrayList<>(
                        List.of(
                                Column.text("meter"),
                                Column.text("subject"),
                                Column.number("must be")));
        engines.keySet().forEach(name -> columns.add(Column.number(name)));
        columns.add(Column.text(""));
        boolean equal = true;
        List<List<String>> rows = new ArrayList<>();
        for (var meter : truth.entrySet()) {
            List<Map<String, BigDecimal>> found =
                    engines.values().stream().map(engine -> ask(engine, meter.getKey())).toList();
            equal &= found.stream().allMatch(one -> one.size() == meter.getValue().size());
            for (var subject : meter.getValue().entrySet()) {
                BigDecimal must = BigDecimal.valueOf(subject.getValue());
                List<BigDecimal> are =
                        found.stream()
                                .map(one -> one.getOrDefault(subject.getKey(), BigDecimal.ZERO))
                                .toList();
                boolean isRight = are.stream().allMatch(value -> value.compareTo(must) == 0);
                equal &= isRight;
                List<String> row =
                        new ArrayList<>(
                                List.of(meter.getKey(), subject.getKey(), must.toPlainString()));
                are.forEach(value -> row.add(value.toPlainString()));
                row.add(isRight ? "equal" : "DIFFERS");
                rows.add(row);
            }
        }
        TextTable.lines(columns, rows).forEach(out::println);
        out.flush();
        return equal;
    }

    private static Map<String, BigDecimal> ask(QueryEngine engine, String slug) {
        Map<String, BigDecimal> values = new HashMap<>();
        try {
            engine.run(
                    new UsageQuery(
                            slug, null, null, null, "UTC", List.of(), List.of("subject"), Map.of()),
                    row -> values.put(row.subject(), row.value()));
        } catch (IOException e) {
            throw new RequestFailedException(FirstCause.of(e), e);
        }
        return values;
    }
}
