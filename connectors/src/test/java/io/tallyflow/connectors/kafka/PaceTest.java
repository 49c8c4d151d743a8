package io.tallyflow.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTest {

    @Test
    void neverLetsMoreThroughThanItsRate() {
        long perSecond = 3_000;
        Pace pace = new Pace(perSecond);
        long start = System.nanoTime();
        for (int i = 0; i < 1_000; i++) {
            pace.await();
            long nanos = System.nanoTime() - start;
            assertThat(i).isLessThanOrEqualTo((int) (nanos * perSecond / 1_000_000_000) + 1);
        }
    }

    @Test
    void doesNotHoldUpAnythingWithoutRate() {
        Pace pace = new Pace(0);
        long start = System.nanoTime();
        for (int i = 0; i < 1_000_000; i++) {
            pace.await();
        }
        // At any rate it would have taken steps of milliseconds.
        assertThat(System.nanoTime() - start).isLessThan(1_000_000_000);
    }
}
