package io.tallyflow.results.query;

import io.tallyflow.results.StreamedTable;
import io.tallyflow.results.TextTable.Column;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Aligned columns. */
final class TableRows implements RowPrinter {

    private final StreamedTable table;
    private final boolean bySubject;
    private final List<String> groups;

    TableRows(PrintWriter out, UsageQuery query) {
        this.bySubject = query.bySubject();
        this.groups = query.groups();
        this.table = new StreamedTable(out, columns());
    }

    @Override
    public void accept(QueryRow row) throws IOException {
        table.add(cells(row));
    }

    @Override
    public void end() throws IOException {
        table.end();
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
