package io.tallyflow.results.query;

import java.io.IOException;
import java.io.PrintWriter;

/** Writes rows as they come. */
public interface RowPrinter extends RowConsumer {

    /** There are no more rows. */
    void end() throws IOException;

    /**
     * Writes out what is held back.
     *
     * @throws IOException if nobody reads any more
     */
    static void flush(PrintWriter out) throws IOException {
        if (out.checkError()) {
            throw new IOException("nobody reads the output any more");
        }
    }
}
