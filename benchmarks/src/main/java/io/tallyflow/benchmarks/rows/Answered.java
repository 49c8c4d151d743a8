package io.tallyflow.benchmarks.rows;

import io.tallyflow.benchmarks.report.Medians;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a question was answered.
 *
 * @param rows of the answer
 * @param wallNanos by the clock, the median
 * @param backendNanos processor time of the server, the median
 * @param pages looked at, in memory or not
 * @param plan its scans, from the top
 */
record Answered(int rows, double wallNanos, double backendNanos, long pages, String plan) {

    private static final int TIMES = 7;
    private static final Pattern PAGES = Pattern.compile("(?:hit|read)=(\\d+)");
    private static final Pattern SCAN =
            Pattern.compile(
                    "-> +(?:Partial |Finalize )?((?:Index|Bitmap|Seq)[A-Za-z ]*Scan)"
                            + "(?: using (\\w+))?(?: on (\\w+))?");

    static Answered of(Server server, MonthQuestion question, Layout layout)
            throws SQLException, IOException {
        List<Double> wall = new ArrayList<>();
        List<Double> backend = new ArrayList<>();
        int[] rows = new int[1];
        for (int i = 0; i < TIMES; i++) {
            Cost cost = server.measure(connection -> rows[0] = ask(connection, question, layout));
            wall.add(cost.wallNanos());
            backend.add(cost.backendNanos());
        }
        List<String> plan = new ArrayList<>();
        server.measure(connection -> plan.addAll(explain(connection, question, layout)));
        return new Answered(
                rows[0], Medians.median(wall), Medians.median(backend), pages(plan), scans(plan));
    }

    private static int ask(Connection connection, MonthQuestion question, Layout layout)
            throws SQLException {
        int rows = 0;
        try (PreparedStatement statement =
                        prepare(connection, question.statement(layout), question, layout);
                ResultSet answer = statement.executeQuery()) {
            while (answer.next()) {
                rows++;
            }
        }
        return rows;
    }

    private static List<String> explain(
            Connection connection, MonthQuestion question, Layout layout) throws SQLException {
        List<String> lines = new ArrayList<>();
        String statement = "explain (analyze, buffers, timing off) " + question.statement(layout);
        try (PreparedStatement prepared = prepare(connection, statement, question, layout);
                ResultSet plan = prepared.executeQuery()) {
            while (plan.next()) {
                lines.add(plan.getString(1));
            }
        }
        return lines;
    }

    private static PreparedStatement prepare(
            Connection connection, String sql, MonthQuestion question, Layout layout)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        int next = 1;
        for (Object value : question.values(layout)) {
            statement.setObject(next++, value);
        }
        return statement;
    }

    /** Those of the top node hold those below. */
    private static long pages(List<String> plan) {
        long pages = 0;
        String top = plan.stream().filter(line -> line.contains("Buffers:")).findFirst().orElse("");
        Matcher matcher = PAGES.matcher(top);
        while (matcher.find()) {
            pages += Long.parseLong(matcher.group(1));
        }
        return pages;
    }

    private static String scans(List<String> plan) {
        List<String> scans = new ArrayList<>();
        for (String line : plan) {
            Matcher matcher = SCAN.matcher(line);
            if (matcher.find() && !line.contains("never executed")) {
                String of = matcher.group(2) != null ? matcher.group(2) : matcher.group(3);
                scans.add(matcher.group(1).toLowerCase(Locale.ROOT) + " " + of);
            }
        }
        return String.join("; ", scans);
    }
}
