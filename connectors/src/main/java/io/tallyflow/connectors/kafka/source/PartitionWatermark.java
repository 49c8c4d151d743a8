package io.tallyflow.connectors.kafka.source;

/**
 * The watermark of one Kafka partition, milliseconds since the epoch, UTC.
 *
 * <p>It follows the greatest event time, which the parser has capped at the Kafka timestamp. While
 * records bring that time forward they hold the partition to it. A partition where none did for the
 * whole idle time, though all that the broker had was read, follows the clock instead: it has no
 * records, or only such as say nothing about the time. One that lags, is held up by back-pressure,
 * or whose broker does not answer, holds the watermark: an outage must not make its backlog late.
 */
final class PartitionWatermark {

    private static final long NONE = Long.MAX_VALUE;

    private final long outOfOrdernessMillis;
    private final long idleAfterMillis;

    private long nextOffset;
    private long greatestMillis = Long.MIN_VALUE;
    private long watermarkMillis = Long.MIN_VALUE;

    /** An answer of the broker that waits until all that it speaks of is read. */
    private long unreadUpTo = NONE;

    private long unreadAskedMillis;
    private long lastAnswerMillis = Long.MIN_VALUE;

    /** When the broker was first asked, since a record held it, and all was read. */
    private long quietSinceMillis = NONE;

    private boolean idle;

    PartitionWatermark(WatermarkRules rules, long nextOffset) {
        this.outOfOrdernessMillis = rules.outOfOrderness().toMillis();
        this.idleAfterMillis = rules.idleAfter().toMillis();
        this.nextOffset = nextOffset;
    }

    /** The offset after the last record that was emitted. */
    long nextOffset() {
        return nextOffset;
    }

    /**
     * A record was emitted.
     *
     * @param progressMillis what it says about event time; {@link Long#MIN_VALUE} for nothing
     * @param recent whether it may hold the partition to its time
     */
    void onRecord(long offset, long progressMillis, boolean recent) {
        readUpTo(offset);
        if (progressMillis > greatestMillis) {
            greatestMillis = progressMillis;
            raise(progressMillis - outOfOrdernessMillis - 1);
            if (recent) {
                quietSinceMillis = NONE;
                idle = false;
            }
        }
        readUpTo(offset + 1);
        nextOffset = offset + 1;
    }

    /**
     * The broker told where the partition ends.
     *
     * @param emptyFrom the offset from which on the partition held nothing when it was asked
     * @param askedAtMillis the clock just before asking
     */
    void onEndOffset(long emptyFrom, long askedAtMillis) {
        if (askedAtMillis - idleAfterMillis > lastAnswerMillis) {
            // Nobody could append while the broker was away: what producers held back comes now.
            quietSinceMillis = NONE;
            unreadUpTo = NONE;
            idle = false;
        }
        lastAnswerMillis = askedAtMillis;
        if (nextOffset >= emptyFrom) {
            allWasRead(askedAtMillis);
        } else if (unreadUpTo == NONE) {
            // Where records keep coming there is always one more; it counts what was there then.
            unreadUpTo = emptyFrom;
            unreadAskedMillis = askedAtMillis;
        } else {
            idle = false;
        }
    }

    private void readUpTo(long offset) {
        if (offset >= unreadUpTo) {
            allWasRead(unreadAskedMillis);
        }
    }

    /** All is read that the broker had when it was asked at that time. */
    private void allWasRead(long askedAtMillis) {
        unreadUpTo = NONE;
        quietSinceMillis = Math.min(quietSinceMillis, askedAtMillis);
        idle = askedAtMillis - quietSinceMillis >= idleAfterMillis;
        if (idle) {
            // What is appended from now on was sent after this moment, give or take the idle time.
            raise(askedAtMillis - idleAfterMillis - outOfOrdernessMillis - 1);
        }
    }

    /** The highest watermark so far; {@link Long#MIN_VALUE} while there is none. */
    long millis() {
        return watermarkMillis;
    }

    /** Whether the watermark follows the clock, as of the broker's last answer. */
    boolean isIdle() {
        return idle;
    }

    private void raise(long millis) {
        watermarkMillis = Math.max(watermarkMillis, millis);
    }
}
