package io.tallyflow.functions.progress;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.progress.Progress;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.junit.jupiter.api.Test;

class NewestAcceptedTest {

    @Test
    void tellsTheGreatestTimeSinceTheLastBarrierAlone() {
        Tally tally = new Tally(LaneMetrics.ofMetering(new UnregisteredMetricsGroup()));
        tally.accepted(5);
        tally.accepted(3);
        assertThat(tally.take(0).newestMillis()).isEqualTo(5);
        assertThat(tally.take(0).newestMillis()).isEqualTo(Progress.NO_EVENT);
    }

    @Test
    void meetsOnTheGreatest() {
        Tally tally = new Tally(LaneMetrics.ofMetering(new UnregisteredMetricsGroup()));
        tally.accepted(-5);
        Progress one = tally.take(0);
        tally.accepted(7);
        Progress other = tally.take(0);
        assertThat(one.plus(other).newestMillis()).isEqualTo(7);
        assertThat(other.plus(one).newestMillis()).isEqualTo(7);
        assertThat(one.plus(Progress.NONE).newestMillis()).isEqualTo(-5);
    }
}
