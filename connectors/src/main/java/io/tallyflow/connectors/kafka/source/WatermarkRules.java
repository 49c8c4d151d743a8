package io.tallyflow.connectors.kafka.source;

import java.io.Serializable;
import java.time.Duration;

/**
 * How event time advances.
 *
 * @param outOfOrderness how far events of one partition may be out of order and still be on time
 * @param idleAfter how long nothing may have held a partition, read to its end, before its
 *     watermark follows the clock
 * @param holdsUpTo how far an event may be behind its Kafka timestamp and still hold the watermark
 *     of its partition to its time; an older one never keeps the clock from being followed
 */
public record WatermarkRules(Duration outOfOrderness, Duration idleAfter, Duration holdsUpTo)
        implements Serializable {

    /** A day, as far as an event may be ahead. */
    public static final Duration LONGEST_HOLD = Duration.ofDays(1);

    /** 5 seconds, 30 seconds and a day. */
    public static WatermarkRules defaults() {
        return new WatermarkRules(Duration.ofSeconds(5), Duration.ofSeconds(30), LONGEST_HOLD);
    }
}
