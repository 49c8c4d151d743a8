package io.tallyflow.connectors.kafka.source;

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
            new WatermarkRules(
                    Duration.ofMillis(OUT_OF_ORDERNESS),
                    Duration.ofMillis(IDLE),
                    WatermarkRules.LONGEST_HOLD);
    private static final long NOW = 1_800_000_000_000L;

    private final PartitionWatermark partition = new PartitionWatermark(RULES, 0);

    @Test
    void followsTheGreatestEventTimeLessTheOutOfOrderness() {
        assertThat(partition.millis()).isEqualTo(Long.MIN_VALUE);
        partition.onRecord(0, 100_000, true);
        partition.onRecord(1, 90_000, true);
        assertThat(partition.millis()).isEqualTo(100_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void learnsNothingAboutTimeFromARejectedRecord() {
        partition.onRecord(0, Long.MIN_VALUE, false);
        assertThat(partition.millis()).isEqualTo(Long.MIN_VALUE);
        assertThat(partition.nextOffset()).isEqualTo(1);
    }

    @Test
    void followsTheClockThoughARejectedRecordComesEveryNowAndThen() {
        for (int i = 0; i < 10; i++) {
            partition.onRecord(i, Long.MIN_VALUE, false);
            answerEvery(3_000, NOW + i * 27_000L, NOW + i * 27_000L + 24_000, i + 1);
        }
        assertThat(partition.isIdle()).isTrue();
        assertThat(partition.millis()).isEqualTo(NOW + 237_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void followsTheClockThoughRejectedRecordsComeSoFastThatThereIsAlwaysOneMore() {
        for (int i = 0; i < 20; i++) {
            partition.onEndOffset(partition.nextOffset() + 2, NOW + i * 3_000L);
            rejectedRecords(3);
        }
        assertThat(partition.isIdle()).isTrue();
        assertThat(partition.millis()).isEqualTo(NOW + 27_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void holdsWhileRejectedRecordsAreNotReadAsFarAsTheyWentWhenItWasAsked() {
        partition.onRecord(0, 100_000, true);
        for (int i = 0; i < 20; i++) {
            partition.onEndOffset(1_000, NOW + i * 3_000L);
            rejectedRecords(3);
        }
        assertThat(partition.millis()).isEqualTo(100_000 - OUT_OF_ORDERNESS - 1);
        assertThat(partition.isIdle()).isFalse();
    }

    @Test
    void followsTheClockThoughOldEventsAreSentAgainAndAgain() {
        for (int i = 0; i < 20; i++) {
            partition.onRecord(i, 100_000 + i % 4, true);
            partition.onEndOffset(i + 1, NOW + i * 3_000L);
        }
        assertThat(partition.millis()).isEqualTo(NOW + 27_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void followsTheClockThoughEventsThatAreTooOldToHoldItGoForward() {
        for (int i = 0; i < 20; i++) {
            partition.onRecord(i, 100_000 + i * 3_000L, false);
            partition.onEndOffset(i + 1, NOW + i * 3_000L);
        }
        assertThat(partition.millis()).isEqualTo(NOW + 27_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void isHeldByEventsThatGoForwardHoweverSlowly() {
        for (int i = 0; i < 20; i++) {
            partition.onRecord(i, 100_000 + i, true);
            partition.onEndOffset(i + 1, NOW + i * 27_000L);
        }
        assertThat(partition.millis()).isEqualTo(100_019 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void takesARecordThatTellsTheTimeForPartOfWhatWasThere() {
        partition.onEndOffset(0, NOW);
        partition.onEndOffset(2, NOW + 29_000);
        partition.onRecord(0, Long.MIN_VALUE, false);
        partition.onRecord(1, 100_000, true);
        partition.onEndOffset(2, NOW + 31_000);
        assertThat(partition.millis()).isEqualTo(100_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void forgetsWhatItWasToldBeforeAnOutage() {
        answerEvery(3_000, NOW, NOW + 27_000, 0);
        partition.onEndOffset(1, NOW + 29_000);
        long back = NOW + Duration.ofMinutes(20).toMillis();
        partition.onEndOffset(2, back);
        rejectedRecords(2);
        partition.onEndOffset(2, back + IDLE - 1);
        assertThat(partition.millis()).isEqualTo(Long.MIN_VALUE);
        partition.onEndOffset(2, back + IDLE);
        assertThat(partition.millis()).isEqualTo(back - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void followsTheClockOnceItWasAtItsEndForTheWholeIdleTime() {
        partition.onRecord(0, 100_000, true);
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
        partition.onRecord(0, 100_000, true);
        answerEvery(3_000, NOW, NOW + 10 * IDLE, 2);
        assertThat(partition.millis()).isEqualTo(100_000 - OUT_OF_ORDERNESS - 1);
    }

    @Test
    void beginsTheIdleTimeAnewWithEveryRecord() {
        answerEvery(3_000, NOW, NOW + 27_000, 0);
        partition.onRecord(0, 100_000, true);
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
            partition.onRecord(partition.nextOffset(), time, true);
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
                any.onRecord(any.nextOffset(), NOW + step, true);
            } else {
                clock += step;
                any.onEndOffset(any.nextOffset() + step % 3 / 2, clock);
            }
            assertThat(any.millis()).isGreaterThanOrEqualTo(last);
            last = any.millis();
        }
    }

    private void rejectedRecords(int count) {
        for (int i = 0; i < count; i++) {
            partition.onRecord(partition.nextOffset(), Long.MIN_VALUE, false);
        }
    }

    private void answerEvery(long pace, long from, long upTo, long emptyFrom) {
        for (long at = from; at <= upTo; at += pace) {
            partition.onEndOffset(emptyFrom, at);
        }
    }
}
