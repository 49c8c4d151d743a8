package io.tallyflow.results.query;

import java.io.PrintWriter;

/** How rows are written. */
public enum RowFormat {
    /** Aligned columns, for people. */
    TABLE {
        @Override
        public RowPrinter to(PrintWriter out, UsageQuery query) {
            return new TableRows(out, query);
        }
    },

    /** RFC 4180 with a header line. */
    CSV {
        @Override
        public RowPrinter to(PrintWriter out, UsageQuery query) {
            return new CsvRows(out, query);
        }
    },

    /** One array of objects. */
    JSON {
        @Override
        public RowPrinter to(PrintWriter out, UsageQuery query) {
            return new JsonRows(out);
        }
    };

    /** Writes the answer to a query; nothing before the first row or the end. */
    public abstract RowPrinter to(PrintWriter out, UsageQuery query);
}
