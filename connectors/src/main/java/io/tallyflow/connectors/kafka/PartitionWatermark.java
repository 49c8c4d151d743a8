package io.tallyflow.connectors.kafka;

/**
 * The watermark of one Kafka partition, milliseconds since the epoch, UTC.
 *
 * <p>While records arrive it follows the greatest event time, which the parser has capped at the
 * Kafka timestamp. A partition that is read to its end, and was found so for the whole idle time,
 * follows the clock instead. One that lags, is held up by back-pressure, or whose broker does not
 * answer, holds the watermark: an outage must not make its backlog late.
 */
final class PartitionWatermark {

    private final long outOfOrdernessMillis;
    private final long idleAfterMillis;

    private long nextOffset;
    private long greatestMillis = Long.MIN_VALUE;
    private long atEndSinceMillis = Long.MAX_VALUE;
    private long lastAnswerMillis = Long.MIN_VALUE;
    private long watermarkMillis = Long.MIN_VALUE;
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
     */
    void onRecord(long offset, long progressMillis) {
        nextOffset = offset + 1;
        idle = false;
        atEndSinceMillis = Long.MAX_VALUE;
        if (progressMillis > greatestMillis) {
            greatestMillis = progressMillis;
            raise(progressMillis - outOfOrdernessMillis - 1);
        }
    }

    /**
     * The broker told where the partition ends.
     *
     * @param emptyFrom the offset from which on the partition held nothing when it was asked
     * @param askedAtMillis the clock just before asking
     */
    void onEndOffset(long emptyFrom, long askedAtMillis) {
        boolean afterSilence = askedAtMillis - idleAfterMillis > lastAnswerMillis;
        lastAnswerMillis = askedAtMillis;
        idle = false;
        if (nextOffset < emptyFrom) {
            atEndSinceMillis = Long.MAX_VALUE;
            return;
        }
        if (afterSilence) {
            // Nobody could append while the broker was away: what producers held back comes now.
            atEndSinceMillis = Long.MAX_VALUE;
        }
        atEndSinceMillis = Math.min(atEndSinceMillis, askedAtMillis);
        if (askedAtMillis - atEndSinceMillis >= idleAfterMillis) {
            // What is appended from now on was sent after this moment, give or take the idle time.
            idle = true;
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
