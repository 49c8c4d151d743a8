package io.tallyflow.connectors.kafka.source;

import java.util.function.Consumer;
import org.apache.flink.api.connector.source.SourceEvent;

/**
 * Tells the enumerator when a reader falls behind and when it has caught up, and nothing in
 * between. The two limits lie apart, so that a reader near one of them does not go back and forth.
 */
final class BacklogSignal {

    /** With more records than this left to read, a reader is behind. */
    static final long BEHIND_RECORDS = 50_000;

    /** With so many left or fewer, it has caught up. */
    static final long CAUGHT_UP_RECORDS = 10_000;

    private final Consumer<SourceEvent> enumerator;
    private boolean spoken;
    private boolean behind;

    BacklogSignal(Consumer<SourceEvent> enumerator) {
        this.enumerator = enumerator;
    }

    /**
     * So many records are left to read. The first call is always passed on: the enumerator knows
     * nothing of a reader that has just started.
     */
    void remaining(long records) {
        boolean now = records > (behind ? CAUGHT_UP_RECORDS : BEHIND_RECORDS);
        if (!spoken || now != behind) {
            spoken = true;
            behind = now;
            enumerator.accept(new BacklogReport(now));
        }
    }
}
