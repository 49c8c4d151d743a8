package io.tallyflow.connectors.kafka;

import java.io.Serializable;
import java.time.Duration;

/**
 * How event time advances.
 *
 * @param outOfOrderness how far events of one partition may be out of order and still be on time
 * @param idleAfter how long a partition must have been read to its end before its watermark follows
 *     the clock
 */
public record WatermarkRules(Duration outOfOrderness, Duration idleAfter) implements Serializable {

    /** 5 seconds, and 30 seconds. */
    public static WatermarkRules defaults() {
        return new WatermarkRules(Duration.ofSeconds(5), Duration.ofSeconds(30));
    }
}
