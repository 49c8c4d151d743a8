package io.tallyflow.connectors.kafka.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.connector.source.SourceEvent;
import org.junit.jupiter.api.Test;

final class BacklogSignalTest {

    private static final BacklogReport BEHIND = new BacklogReport(true);
    private static final BacklogReport CAUGHT_UP = new BacklogReport(false);

    private final List<SourceEvent> told = new ArrayList<>();
    private final BacklogSignal signal = new BacklogSignal(told::add);

    @Test
    void speaksAtFirstAlsoIfItIsNotBehind() {
        signal.remaining(50_000);
        assertThat(told).containsExactly(CAUGHT_UP);
    }

    @Test
    void isBehindFromOneRecordMoreThanTheLimitOn() {
        signal.remaining(50_001);
        assertThat(told).containsExactly(BEHIND);
    }

    @Test
    void staysWhatItIsBetweenTheLimits() {
        List.of(0L, 50_000L, 10_001L, 50_001L, 10_001L, 50_000L, 10_000L, 50_000L)
                .forEach(signal::remaining);
        assertThat(told).containsExactly(CAUGHT_UP, BEHIND, CAUGHT_UP);
    }
}
