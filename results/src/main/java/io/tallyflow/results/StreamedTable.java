package io.tallyflow.results;

import io.tallyflow.results.TextTable.Column;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Aligned columns; the first rows decide how wide they are, so that not all need be held. */
public final class StreamedTable {

    private static final int MEASURED = 1_000;

    private final PrintWriter out;
    private final List<Column> columns;
    private final List<List<String>> held = new ArrayList<>();
    private @Nullable TextTable table;

    public StreamedTable(PrintWriter out, List<Column> columns) {
        this.out = out;
        this.columns = columns;
    }

    /**
     * Adds a row.
     *
     * @throws IOException if nobody reads any more
     */
    public void add(List<String> row) throws IOException {
        held.add(row);
        if (held.size() == MEASURED) {
            release();
        }
    }

    /**
     * There are no more rows; the header is there even if there was none.
     *
     * @throws IOException if nobody reads any more
     */
    public void end() throws IOException {
        release();
    }

    private void release() throws IOException {
        TextTable started = table;
        if (started == null) {
            started = TextTable.fitting(columns, held);
            line(started.header());
            table = started;
        }
        for (List<String> row : held) {
            line(started.line(row));
        }
        held.clear();
        if (out.checkError()) {
            throw new IOException("nobody reads the output any more");
        }
    }

    private void line(String line) {
        out.write(line + System.lineSeparator());
    }
}
