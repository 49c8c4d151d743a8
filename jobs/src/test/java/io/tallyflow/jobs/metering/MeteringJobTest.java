package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is found out before a graph is built; nobody listens at the addresses. */
final class MeteringJobTest {

    private final Path folder;

    MeteringJobTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @Test
    void checksFlinksSettingsBeforeItReadsOrAsksAnything() {
        assertThatThrownBy(() -> MeteringJob.check(FlinkSettings.required(), options()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("SETTINGS_WRONG");
    }

    @Test
    void doesNotStartWithoutItsPostgres() throws Exception {
        Files.writeString(
                meters(),
                """
                meters:
                  - slug: requests
                    eventType: request
                    aggregation: COUNT
                """);
        Configuration settings = FlinkSettings.required();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
        assertThatThrownBy(() -> MeteringJob.check(settings, options()))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("127.0.0.1:1");
    }

    private MeteringOptions options() {
        return MeteringOptionsReader.read(
                new String[] {
                    "--kafka.bootstrap", "127.0.0.1:1",
                    "--postgres.url", "jdbc:postgresql://127.0.0.1:1/none",
                    "--meters", meters().toString()
                },
                Map.of());
    }

    private Path meters() {
        return folder.resolve("meters.yaml");
    }
}
