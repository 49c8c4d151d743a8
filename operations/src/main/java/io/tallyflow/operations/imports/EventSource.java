package io.tallyflow.operations.imports;

import java.io.IOException;

/**
 * Where events to be imported come from. It can be read more than once, and says the same each
 * time.
 */
interface EventSource {

    /** Takes what is read, as long as it wants to. */
    interface Visitor {

        /** Takes an event; returns whether it takes what comes next. */
        boolean event(SourcedEvent event) throws IOException;

        /** Takes a line that is no event; returns whether it takes what comes next. */
        boolean bad(BadLine line);
    }

    /**
     * Reads.
     *
     * @param from how many events and bad lines to pass over
     * @return how many events and bad lines stand before the next one: what to read from to go on
     */
    long read(long from, Visitor visitor) throws IOException;
}
