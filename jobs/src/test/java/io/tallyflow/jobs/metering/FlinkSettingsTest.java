package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.WebOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FlinkSettingsTest {

    @Test
    void acceptsWhatItRequires() {
        Configuration settings = FlinkSettings.required();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
        assertThatCode(() -> FlinkSettings.check(settings)).doesNotThrowAnyException();
    }

    @Test
    void namesEverySettingThatWouldBreakAPromise() {
        Configuration settings = FlinkSettings.required();
        settings.set(CheckpointingOptions.ENABLE_UNALIGNED, true);
        settings.set(PipelineOptions.GENERIC_TYPES, true);
        settings.set(PipelineOptions.MAX_PARALLELISM, 128);
        assertThatThrownBy(() -> FlinkSettings.check(settings))
                .hasMessageContaining("execution.checkpointing.unaligned.enabled is true")
                .hasMessageContaining("pipeline.generic-types is true and must be false")
                .hasMessageContaining("pipeline.max-parallelism is 128 and must be 720")
                .hasMessageContaining("execution.checkpointing.interval is not set");
    }

    @Test
    void refusesToCommitNothingDuringABacklog() {
        Configuration settings = FlinkSettings.required();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG, Duration.ZERO);
        assertThatThrownBy(() -> FlinkSettings.check(settings))
                .hasMessageContaining("execution.checkpointing.interval-during-backlog is 0 ms")
                .hasMessageContaining("at least the usual 1000 ms");
    }

    @Test
    void takesAnIntervalDuringABacklogThatIsTheUsualOne() {
        Configuration settings = FlinkSettings.required();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
        settings.set(
                CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG, Duration.ofSeconds(1));
        assertThatCode(() -> FlinkSettings.check(settings)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "", "null", "http://*", "http://a,http://b"})
    void refusesAnInterfaceThatAnswersEverySite(String origin) {
        Configuration settings = FlinkSettings.required();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
        settings.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        assertThatThrownBy(() -> FlinkSettings.check(settings))
                .hasMessageContaining(
                        "web.access-control-allow-origin is "
                                + origin
                                + " and must be the address of Flink's own page");
        settings.removeConfig(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN);
        assertThatThrownBy(() -> FlinkSettings.check(settings))
                .hasMessageContaining("web.access-control-allow-origin is *");
    }
}
