package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WriterBudgetTest {

    private static final int PART_BYTES = 4 << 20;
    private static final long LARGE_HEAP = 64L << 30;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8, 16, 24, 25, 32, 48, 49, 100, 360, 720})
    void letsWhatWaitsFitACheckpointAfterTenMinutesHoweverManyWriters(int writers) {
        WriterBudget budget = WriterBudget.of(writers, PART_BYTES, LARGE_HEAP);
        assertThat(budget.mostBytes(writers, Duration.ofMinutes(10))).isLessThan(Integer.MAX_VALUE);
        assertThat(budget.partBytes()).isPositive();
        assertThat(budget.pause()).isBetween(Duration.ofSeconds(5), Duration.ofMinutes(1));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 32})
    void takesAQuarterOfASmallHeapBeforeAnyWriterPauses(int writers) {
        WriterBudget budget = WriterBudget.of(writers, PART_BYTES, 512 << 20);
        assertThat(writers * budget.heldBytes()).isBetween(127L << 20, 128L << 20);
    }
}
