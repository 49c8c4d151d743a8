package io.tallyflow.results.query;

import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Aligned columns; the first rows decide how wide they are, so that not all need be held. */
final class TableRows implements RowPrinter {

    private static final int MEASURED = 1_000;

    private final PrintWriter out;
    private final boolean bySubject;
    private final List<String> groups;
    private final List<List<String>> held = new ArrayList<>();
    private @Nullable TextTable table;

    TableRows(PrintWriter out, UsageQuery query) {
        this.out = out;
        this.bySubject = query.bySubject();
        this.groups = query.groups();
    }

    @Override
    public void accept(QueryRow row) throws IOException {
        held.add(cells(row));
        if (held.size() == MEASURED) {
            release();
        }
    }

    @Override
    public void end() throws IOException {
        release();
    }

    private void release() throws IOException {
        TextTable started = table;
        if (started == null) {
            started = TextTable.fitting(columns(), held);
            line(started.header());
            table = started;
        }
        for (List<String> row : held) {
            line(started.line(row));
        }
        held.clear();
        RowPrinter.flush(out);
    }

    private void line(String line) {
        out.write(line + System.lineSeparator());
    }

    private List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        columns.add(Column.text("window_start"));
        columns.add(Column.text("window_end"));
        if (bySubject) {
            columns.add(Column.text("subject"));
        }
        groups.forEach(name -> columns.add(Column.text(name)));
        columns.add(Column.number("value"));
        return columns;
    }

    private List<String> cells(QueryRow row) {
        List<String> cells = new ArrayList<>();
        cells.add(Cells.time(row.windowStart()));
        cells.add(Cells.time(row.windowEnd()));
        if (bySubject) {
            cells.add(Objects.toString(row.subject(), ""));
        }
        groups.forEach(name -> cells.add(row.groupBy().getOrDefault(name, "")));
        cells.add(row.value().toPlainString());
        return cells;
    }
}
