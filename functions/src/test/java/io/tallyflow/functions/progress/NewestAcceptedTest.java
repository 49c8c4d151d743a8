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

    /** Whether windows of a version are whole hangs on it. */
    @Test
    void tellsByWhichRequestTheNewestWereCounted() {
        Tally tally = new Tally(LaneMetrics.ofMetering(new UnregisteredMetricsGroup()));
        tally.countsBy(3);
        tally.accepted(5);
        // A checkpoint that is declined: the commit has both parts.
        Progress declined = tally.take(0);
        tally.countsBy(4);
        tally.accepted(9);
        tally.countsBy(6);
        tally.accepted(7);
        Progress commit = declined.plus(tally.take(0));
        assertThat(commit.newestMillis()).isEqualTo(9);
        assertThat(commit.newestBefore(3)).isEqualTo(Progress.NO_EVENT);
        assertThat(commit.newestBefore(4)).isEqualTo(5);
        assertThat(commit.newestBefore(5)).isEqualTo(9);
        assertThat(tally.take(0).newestMillis()).isEqualTo(Progress.NO_EVENT);
    }

    @Test
    void countsByWhatEachSubtaskCountsByAtLast() {
        assertThat(Progress.NONE.definitions()).isZero();
        Progress declined = Progress.NONE.countedBy(0, 5).plus(Progress.NONE.countedBy(1, 5));
        Progress last = Progress.NONE.countedBy(1, 6).plus(Progress.NONE.countedBy(0, 7));
        assertThat(declined.plus(Progress.NONE).plus(last).definitions()).isEqualTo(6);
    }
}
