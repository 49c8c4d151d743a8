package io.tallyflow.benchmarks.rows;

import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.postgresql.PGConnection;

/** Measures what it costs to find a time: when a month of rows is written, and when it is asked. */
final class Times {

    private static final String COPY_CELLS = "copy rows.cell from stdin";
    private static final int CELL_COLUMNS = 4;

    /** As a busy job commits them, so that the table is in the order in which it would be. */
    private static final int ROWS_OF_COMMIT = 5_000;

    private static final int ROWS_OF_LARGE_COMMIT = 100_000;
    private static final int LARGE_COMMITS = 3;
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double MEGA = 1e6;

    private final Server server;
    private final int rows;
    private final PrintWriter out;
    private final PrintWriter progress;
    private final List<List<String>> writing = new ArrayList<>();
    private final List<List<String>> asking = new ArrayList<>();

    Times(Server server, int rows, PrintWriter out, PrintWriter progress) {
        this.server = server;
        this.rows = rows;
        this.out = out;
        this.progress = progress;
    }

    /** Measures layouts, one after the other, and prints two tables. */
    void measure(Collection<Layout> layouts) throws SQLException, IOException {
        for (Layout layout : layouts) {
            progress.println("a month of " + layout.label());
            measure(layout);
            progress.println(writing.get(writing.size() - 1));
        }
        print(
                "A month of rows, a single load",
                List.of(
                        Column.text("layout"),
                        Column.number("load µs"),
                        Column.number("the last tenth µs"),
                        Column.number("WAL bytes"),
                        Column.number("large commit µs"),
                        Column.number("replaced µs"),
                        Column.number("table MB"),
                        Column.number("index MB")),
                writing);
        print(
                "Questions",
                List.of(
                        Column.text("question"),
                        Column.text("layout"),
                        Column.number("rows"),
                        Column.number("ms"),
                        Column.number("backend ms"),
                        Column.number("pages"),
                        Column.text("scans")),
                asking.stream().sorted(Comparator.comparing(row -> row.get(0))).toList());
    }

    private void measure(Layout layout) throws SQLException, IOException {
        Month month = new Month(rows);
        RowFields fields = new RowFields(layout);
        server.make(layout);
        if (!layout.isFull()) {
            server.measure(connection -> copyCells(connection, month));
        }
        int most = Month.MINUTES / 10 * 9;
        Cost first = load(month, fields, 0, most);
        Cost last = load(month, fields, most, Month.MINUTES - most);
        long table = server.tableBytes();
        long indexes = server.indexBytes();
        server.tidy();
        for (MonthQuestion question : MonthQuestion.values()) {
            ask(question, layout);
        }
        List<List<LayoutRow>> large = large(month, fields);
        Cost added = write(Way.COPY_BINARY, fields, large);
        Cost replaced = write(layout.isFull() ? Way.UPSERT : Way.UPDATE_BY_KEY, fields, large);
        writing.add(
                List.of(
                        layout.label(),
                        micros(first),
                        micros(last),
                        String.format(Locale.ROOT, "%.0f", last.walBytes()),
                        micros(added),
                        micros(replaced),
                        String.format(Locale.ROOT, "%.0f", table / MEGA),
                        String.format(Locale.ROOT, "%.0f", indexes / MEGA)));
    }

    private void ask(MonthQuestion question, Layout layout) throws SQLException, IOException {
        server.execute("set max_parallel_workers_per_gather = 0");
        Answered answered = Answered.of(server, question, layout);
        asking.add(
                List.of(
                        question.label(),
                        layout.label(),
                        Integer.toString(answered.rows()),
                        String.format(Locale.ROOT, "%.1f", answered.wallNanos() / NANOS_PER_MILLI),
                        String.format(
                                Locale.ROOT, "%.1f", answered.backendNanos() / NANOS_PER_MILLI),
                        Long.toString(answered.pages()),
                        answered.plan()));
    }

    /** Of a row. */
    private Cost load(Month month, RowFields fields, int first, int count)
            throws SQLException, IOException {
        int minutes = Math.max(1, ROWS_OF_COMMIT / month.rowsOfMinute());
        Cost sum = Cost.NONE;
        for (int next = 0; next < count; next += minutes) {
            List<LayoutRow> batch =
                    month.minutes(first + next, Math.min(minutes, count - next), fields);
            sum = sum.plus(writeOne(Way.COPY_BINARY, fields, batch));
        }
        return sum.per((long) count * month.rowsOfMinute());
    }

    /** What comes after the month, in commits as they are while a job catches up. */
    private static List<List<LayoutRow>> large(Month month, RowFields fields) {
        int minutes = Math.max(1, ROWS_OF_LARGE_COMMIT / month.rowsOfMinute());
        return IntStream.range(0, LARGE_COMMITS)
                .mapToObj(i -> month.minutes(Month.MINUTES + i * minutes, minutes, fields))
                .toList();
    }

    /** Of a row. */
    private Cost write(Way way, RowFields fields, List<List<LayoutRow>> batches)
            throws SQLException, IOException {
        Cost sum = Cost.NONE;
        for (List<LayoutRow> batch : batches) {
            sum = sum.plus(writeOne(way, fields, batch));
        }
        return sum.per(batches.stream().mapToLong(List::size).sum());
    }

    private Cost writeOne(Way way, RowFields fields, List<LayoutRow> batch)
            throws SQLException, IOException {
        Way.Encoded encoded = way.encode(fields, batch, 1);
        return server.measure(
                connection -> {
                    server.execute(Statements.MEMORY);
                    encoded.send(connection);
                });
    }

    private static void copyCells(Connection connection, Month month)
            throws SQLException, IOException {
        TextCopy sink = new TextCopy();
        month.cells()
                .forEach(
                        cell -> {
                            sink.row(CELL_COLUMNS);
                            sink.uuid(cell.uuid());
                            sink.integer(cell.layer());
                            sink.text(cell.subject());
                            sink.json(cell.group());
                        });
        connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn(COPY_CELLS, new ByteArrayInputStream(sink.end()));
    }

    private void print(String title, List<Column> columns, List<List<String>> lines) {
        out.println();
        out.println(title);
        TextTable.lines(columns, lines).forEach(out::println);
    }

    private static String micros(Cost cost) {
        return String.format(Locale.ROOT, "%.2f", cost.backendNanos() / NANOS_PER_MICRO);
    }
}
