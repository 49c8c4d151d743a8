package io.tallyflow.results.query;

import java.io.IOException;

/** Takes the rows of an answer, one by one. */
@FunctionalInterface
public interface RowConsumer {

    /**
     * Takes the next row.
     *
     * @throws IOException if it cannot be passed on; the query then ends
     */
    void accept(QueryRow row) throws IOException;
}
