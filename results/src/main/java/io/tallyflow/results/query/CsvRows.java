package io.tallyflow.results.query;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * RFC 4180. A text that a spreadsheet would take for a formula is written with an apostrophe before
 * it; the value is a number and never is.
 */
final class CsvRows implements RowPrinter {

    private static final String FORMULA_STARTS = "=+-@\t\r";
    private static final int ROWS_AT_ONCE = 1_000;

    private final PrintWriter out;
    private final List<String> groups;
    private long rows;

    CsvRows(PrintWriter out, UsageQuery query) {
        this.out = out;
        this.groups = query.groups();
    }

    @Override
    public void accept(QueryRow row) throws IOException {
        if (rows == 0) {
            header();
        }
        List<String> cells = new ArrayList<>();
        cells.add(Cells.time(row.windowStart()));
        cells.add(Cells.time(row.windowEnd()));
        cells.add(text(row.subject()));
        groups.forEach(name -> cells.add(text(row.groupBy().get(name))));
        cells.add(row.value().toPlainString());
        line(cells);
        if (++rows % ROWS_AT_ONCE == 0) {
            RowPrinter.flush(out);
        }
    }

    @Override
    public void end() throws IOException {
        if (rows == 0) {
            header();
        }
        RowPrinter.flush(out);
    }

    private void header() {
        List<String> names = new ArrayList<>(List.of("window_start", "window_end", "subject"));
        // A group may be called like one of the other columns.
        groups.forEach(name -> names.add("group_by." + name));
        names.add("value");
        line(names);
    }

    private void line(List<String> cells) {
        StringJoiner line = new StringJoiner(",", "", "\r\n");
        cells.forEach(cell -> line.add(quoted(cell)));
        out.write(line.toString());
    }

    private static String text(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            return "";
        }
        return FORMULA_STARTS.indexOf(text.charAt(0)) < 0 ? text : "'" + text;
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
