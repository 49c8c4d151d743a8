package io.tallyflow.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

final class PartitionWatermarkTest {

    private static final long OUT_OF_ORDERNESS = 5_000;
    private static final long IDLE = 30_000;
    private static final WatermarkRules RULES =
            new WatermarkRules(Duration.ofMillis(OUT_OF_ORDERNESS), Duration.ofMillis(IDLE));
    private static final long NOW = 1_800_000_000_000L;

    private final PartitionWatermark partition = new PartitionWatermark(RULES, 0);

    @Test
    void followsTheGreatestEventTimeLessTheOutOfOrderness() {
        assertThat(partition.millis()).isEqualTo(Long.MIN_VALUE);
        partition.onRecord(0, 100_000);
        partition.onRecord(1, 90_000);
        assertThat(partition.millis()).isEqualTo(100_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void learnsNothingAboutTimeFromARejectedRecord() {
        partition.onRecord(0, Long.MIN_VALUE);
        assertThat(partition.millis()).isEqualTo(Long.MIN_VALUE);
        assertThat(partition.nextOffset()).isEqualTo(1);
    }

    @Test
    void followsTheClockOnceItWasAtItsEndForTheWholeIdleTime() {
        partition.onRecord(0, 100_000);
        answerEvery(3_000, NOW, NOW + IDLE - 1, 1);
        assertThat(partition.millis()).isEqualTo(100_000 - OUT_OF_ORDERNESS - 1);
        partition.onEndOffset(1, NOW + IDLE);
        assertThat(partition.millis()).isEqualTo(NOW - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void followsTheClockAlsoIfItNeverHadARecord() {
        answerEvery(3_000, NOW, NOW + IDLE, 0);
        assertThat(partition.millis()).isEqualTo(NOW - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void holdsWhileItLags() {
        partition.onRecord(0, 100_000);
        answerEvery(3_000, NOW, NOW + 10 * IDLE, 2);
        assertThat(partition.millis()).isEqualTo(100_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void beginsTheIdleTimeAnewWithEveryRecord() {
        answerEvery(3_000, NOW, NOW + 27_000, 0);
        partition.onRecord(0, 100_000);
        answerEvery(3_000, NOW + 30_000, NOW + 57_000, 1);
        assertThat(partition.millis()).isEqualTo(100_000 - OUT_OF_ORDERNESS - 1);
        partition.onEndOffset(1, NOW + 60_000);
        assertThat(partition.millis()).isEqualTo(NOW + 30_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void makesNoBacklogLateThatAnOutageHeldBack() {
        answerEvery(3_000, NOW, NOW + 27_000, 0);
        long back = NOW + Duration.ofMinutes(20).toMillis();
        partition.onEndOffset(0, back);
        assertThat(partition.millis()).isEqualTo(Long.MIN_VALUE);
        for (long time = NOW + 27_000; time < back; time += 10_000) {
            partition.onRecord(partition.nextOffset(), time);
            assertThat(partition.millis()).isLessThan(time);
        }
    }

    @Property(tries = 300, seed = "1")
    void neverGoesBack(
            @ForAll @Size(max = 50) java.util.List<@IntRange(max = 200_000) Integer> steps) {
        PartitionWatermark any = new PartitionWatermark(RULES, 0);
        long clock = NOW;
        long last = Long.MIN_VALUE;
        for (int step : steps) {
            if (step % 2 == 0) {
                any.onRecord(any.nextOffset(), NOW + step);
            } else {
                clock += step;
                any.onEndOffset(any.nextOffset() + step % 3 / 2, clock);
            }
            assertThat(any.millis()).isGreaterThanOrEqualTo(last);
            last = any.millis();
        }
    }

    private void answerEvery(long pace, long from, long upTo, long emptyFrom) {
        for (long at = from; at <= upTo; at += pace) {
            partition.onEndOffset(emptyFrom, at);
        }
    }
}
