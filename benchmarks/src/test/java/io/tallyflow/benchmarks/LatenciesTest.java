package io.tallyflow.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is made of moments. */
final class LatenciesTest {

    @Test
    void whatWarmsUpIsLeftOut() {
        long[] sent = {0, 10, 20, 30};
        long[] seen = {999, 11, 25, 33};
        Latencies latencies = Latencies.of(sent, seen, 1);
        assertThat(latencies.count()).isEqualTo(3);
        assertThat(latencies.quantileNanos(0.5)).isEqualTo(3);
        assertThat(latencies.quantileNanos(0.99)).isEqualTo(5);
        assertThat(latencies.quantileNanos(1)).isEqualTo(5);
    }
}
