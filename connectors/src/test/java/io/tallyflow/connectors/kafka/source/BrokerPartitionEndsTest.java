package io.tallyflow.connectors.kafka.source;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.kafka.source.BrokerPartitionEnds.Patience;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BrokerPartitionEndsTest {

    /** One leader that is away takes all patience, and must not keep the others from idling. */
    @ParameterizedTest
    @ValueSource(longs = {500, 1_000, 2_000, 3_000, 3_400, 5_000, 30_000, 3_600_000})
    void hasItsAnswersWithinTheIdleTimeWhoeverKeepsSilent(long idleMillis) {
        Duration idleAfter = Duration.ofMillis(idleMillis);
        Patience patience = Patience.within(idleAfter);
        long apart =
                UsageEventsSource.paceMillis(idleAfter)
                        + patience.answer().toMillis()
                        + patience.look().toMillis();
        assertThat(apart).isLessThan(idleMillis * 9 / 10);
        assertThat(patience.answer()).isLessThanOrEqualTo(Duration.ofSeconds(2));
    }
}
