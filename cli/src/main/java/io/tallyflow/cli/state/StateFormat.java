package io.tallyflow.cli.state;

import io.tallyflow.operations.state.StateReport;
import java.io.IOException;
import java.io.PrintWriter;

/** How a report is written. */
public enum StateFormat {
    /** Aligned columns, for people. */
    TABLE {
        @Override
        public void write(StateReport report, PrintWriter out) {
            StateText.lines(report).forEach(out::println);
        }
    },

    /** One object. */
    JSON {
        @Override
        public void write(StateReport report, PrintWriter out) throws IOException {
            StateJson.write(report, out);
        }
    };

    /** Writes all of it. */
    public abstract void write(StateReport report, PrintWriter out) throws IOException;
}
