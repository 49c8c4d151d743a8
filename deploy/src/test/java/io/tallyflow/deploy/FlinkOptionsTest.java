package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class FlinkOptionsTest {

    @Test
    void anUnknownNameIsAProblem() {
        assertThat(FlinkOptions.problems(Map.of("execution.checkpointing.intervall", "10 s")))
                .containsExactly("execution.checkpointing.intervall is no option of Flink");
    }

    @Test
    void aValueThatFlinkCannotReadIsAProblem() {
        assertThat(FlinkOptions.problems(Map.of("execution.checkpointing.interval", "soon")))
                .singleElement()
                .asString()
                .startsWith("execution.checkpointing.interval: ");
    }
}
