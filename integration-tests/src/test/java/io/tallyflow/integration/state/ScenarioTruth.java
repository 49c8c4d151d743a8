package io.tallyflow.integration.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.results.Question;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a stream comes to: lanes and totals by name. It is compared with what consumers may rely on,
 * so that what an earlier version wrote down holds for every later one.
 */
record ScenarioTruth(Map<String, Long> lanes, Map<String, BigDecimal> totals) {

    private static final String LANE = "lane";
    private static final String TOTAL = "total";

    private static final List<String> LANES =
            List.of(
                    "consumed",
                    "metered",
                    "unmatched",
                    "duplicate",
                    "conflict",
                    "stale",
                    "rejected",
                    "readings",
                    "adjusted",
                    "ignored");

    private static final String PROGRESS = "select * from tallyflow.progress";

    private static final String USAGE =
            """
            select meter, subject, coalesce(group_by ->> 'model', ''), window_start, value
            from tallyflow.usage
            """;

    static String cell(String meter, String subject, String model, Instant windowStart) {
        return String.join("\t", meter, subject, model, windowStart.toString());
    }

    List<String> lines() {
        List<String> lines = new ArrayList<>();
        lanes.forEach((name, count) -> lines.add(String.join("\t", LANE, name, count.toString())));
        totals.forEach(
                (cell, total) -> lines.add(String.join("\t", TOTAL, cell, total.toPlainString())));
        return lines;
    }

    static ScenarioTruth ofLines(List<String> lines) {
        ScenarioTruth truth = new ScenarioTruth(new TreeMap<>(), new TreeMap<>());
        for (String line : lines) {
            String name = line.substring(line.indexOf('\t') + 1, line.lastIndexOf('\t'));
            String number = line.substring(line.lastIndexOf('\t') + 1);
            if (line.startsWith(LANE)) {
                truth.lanes().put(name, Long.valueOf(number));
            } else {
                truth.totals().put(name, new BigDecimal(number));
            }
        }
        return truth;
    }

    /** What a database shows. */
    static ScenarioTruth seen(Connection database) throws SQLException {
        ScenarioTruth seen = new ScenarioTruth(new TreeMap<>(), new TreeMap<>());
        seen.lanes().putAll(new Question<>(PROGRESS, ScenarioTruth::lanes).one(database));
        new Question<>(USAGE, row -> Map.entry(cell(row), row.getBigDecimal(5)))
                .all(database)
                .forEach(total -> seen.totals().put(total.getKey(), total.getValue()));
        return seen;
    }

    private static Map<String, Long> lanes(ResultSet row) throws SQLException {
        Map<String, Long> lanes = new TreeMap<>();
        for (String lane : LANES) {
            lanes.put(lane, row.getLong(lane));
        }
        return lanes;
    }

    private static String cell(ResultSet row) throws SQLException {
        return cell(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getTimestamp(4).toInstant());
    }

    /** Fails unless a database shows exactly this. */
    void demand(Connection database) throws SQLException {
        ScenarioTruth seen = seen(database);
        assertThat(seen.lanes()).isEqualTo(lanes);
        assertThat(seen.totals().keySet()).isEqualTo(totals.keySet());
        totals.forEach(
                (cell, total) ->
                        assertThat(seen.totals().get(cell))
                                .as("%s", cell)
                                .isEqualByComparingTo(total));
    }
}
