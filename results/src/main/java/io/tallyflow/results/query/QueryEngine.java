package io.tallyflow.results.query;

import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.io.IOException;

/** Answers queries from one of the places where usage is kept. */
public interface QueryEngine {

    /**
     * Hands over the rows of the answer, ordered by window, subject and groups, without holding all
     * of them in memory.
     *
     * @throws RequestRefusedException before the first row, if the arguments make no sense
     * @throws RequestFailedException if no answer can be had
     * @throws IOException of the consumer
     */
    void run(UsageQuery query, RowConsumer rows) throws IOException;
}
