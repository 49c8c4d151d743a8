package io.tallyflow.connectors.kafka.source;

import java.time.Duration;
import org.apache.flink.api.connector.source.ReaderOutput;

/**
 * Says for a reader without partitions that it is idle, or it would hold the watermark of the whole
 * stream for ever. Partitions that were added to a topic while the job stood still are not dealt
 * evenly, so some readers may get none. Not said at once: a reader that has just started may be
 * given its partitions in a moment, and those of others must not settle its windows till then.
 */
final class LackOfPartitions {

    private static final long NEVER = Long.MAX_VALUE;

    private final long idleAfterMillis;
    private long sinceMillis = NEVER;
    private boolean said;

    LackOfPartitions(Duration idleAfter) {
        this.idleAfterMillis = idleAfter.toMillis();
    }

    /** The time was told. */
    void heed(ReaderOutput<?> output, int partitions, long nowMillis) {
        if (partitions > 0) {
            return;
        }
        sinceMillis = Math.min(sinceMillis, nowMillis);
        if (!said && nowMillis - sinceMillis >= idleAfterMillis) {
            said = true;
            output.markIdle();
        }
    }

    /** Takes it back if the reader has partitions now. */
    void end(ReaderOutput<?> output, int partitions) {
        if (partitions == 0) {
            return;
        }
        sinceMillis = NEVER;
        if (said) {
            said = false;
            output.markActive();
        }
    }
}
