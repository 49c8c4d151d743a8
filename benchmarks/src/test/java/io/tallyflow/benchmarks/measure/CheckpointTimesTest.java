package io.tallyflow.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class CheckpointTimesTest {

    @Test
    void takesTheMiddleAndTheLastOfAHundred() {
        long[] downwards = LongStream.rangeClosed(1, 200).map(i -> 201 - i).toArray();
        assertThat(CheckpointTimes.of(downwards)).isEqualTo(new CheckpointTimes(200, 100, 198));
    }

    @Test
    void isAllOfOne() {
        assertThat(CheckpointTimes.of(7)).isEqualTo(new CheckpointTimes(1, 7, 7));
    }

    @Test
    void isNothingOfNone() {
        assertThat(CheckpointTimes.of()).isEqualTo(CheckpointTimes.NONE);
    }
}
