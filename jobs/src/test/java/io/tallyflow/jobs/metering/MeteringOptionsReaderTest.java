package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MeteringOptionsReaderTest {

    @Test
    void takesDefaultsForWhatIsNotGiven() {
        MeteringOptions options =
                read(
                        "--kafka.bootstrap", "k:1",
                        "--postgres.url", "jdbc:postgresql://p/t",
                        "--meters", "m.yaml");
        assertThat(options.kafka().events().name()).isEqualTo("usage.events");
        assertThat(options.time().allowedLateness().time()).isEqualTo(Duration.ofMinutes(10));
        assertThat(options.state().dedupeHorizon().time()).isEqualTo(Duration.ofDays(32));
        assertThat(options.rewindTo()).isNull();
    }

    @Test
    void namesEveryProblemAtOnce() {
        assertThatThrownBy(
                        () ->
                                read(
                                        "--kafka.bootstap", "k:1",
                                        "--allowed-lateness", "soon",
                                        "--rewind-to", "41",
                                        "--meters", "m.yaml",
                                        "--meters", "n.yaml"))
                .hasMessageContaining("--kafka.bootstap is not known; perhaps --kafka.bootstrap")
                .hasMessageContaining("--kafka.bootstrap is missing")
                .hasMessageContaining("--postgres.url is missing")
                .hasMessageContaining("--allowed-lateness soon")
                .hasMessageContaining("COMMIT@EPOCH")
                .hasMessageContaining("--meters is given twice");
    }

    @Test
    void takesASensibleNumberOfShards() {
        for (String wrong : new String[] {"0", "721", "-1", "many", "1.5"}) {
            assertThatThrownBy(() -> read("--subject-shards", wrong))
                    .hasMessageContaining(
                            "--subject-shards " + wrong + ": must be a number from 1 to 720");
        }
    }

    @Test
    void takesThePasswordFromTheEnvironmentAndNeverPrintsIt() {
        MeteringOptions options =
                MeteringOptionsReader.read(
                        new String[] {
                            "--kafka.bootstrap", "k:1",
                            "--postgres.url", "jdbc:postgresql://p/t",
                            "--meters", "m.yaml"
                        },
                        Map.of(MeteringOptionsReader.PASSWORD_VARIABLE, "canary"));
        assertThat(options.postgres().connection().password().text()).isEqualTo("canary");
        assertThat(options.toString())
                .contains("TALLYFLOW_POSTGRES_PASSWORD=*****")
                .doesNotContain("canary");
        assertThatThrownBy(() -> read("--postgres.password", "canary"))
                .hasMessageContaining("--postgres.password is not known");
    }

    @Test
    void refusesAPasswordInAnArgumentWithoutRepeatingIt() {
        for (String address :
                new String[] {
                    "jdbc:postgresql://p/t?user=u&password=canary",
                    "jdbc:postgresql://p/t?sslPassword=canary",
                    "jdbc:postgresql://u:canary@p/t"
                }) {
            assertThatThrownBy(
                            () ->
                                    read(
                                            "--kafka.bootstrap", "k:1",
                                            "--postgres.url", address,
                                            "--lake.catalog", "jdbc",
                                            "--lake.uri", address,
                                            "--meters", "m.yaml"))
                    .hasMessageContaining("--postgres.url holds a password")
                    .hasMessageContaining("TALLYFLOW_POSTGRES_PASSWORD_FILE")
                    .hasMessageContaining("--lake.uri holds a password")
                    .hasMessageContaining("TALLYFLOW_LAKE_PASSWORD_FILE")
                    .hasMessageNotContaining("canary");
        }
        assertThatThrownBy(() -> read("--postgres.password=canary", "--meters"))
                .hasMessageContaining("--postgres.password= is not known")
                .hasMessageNotContaining("canary");
    }

    @Test
    void takesHowToTalkToKafkaFromAFile(@TempDir Path directory) throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("kafka.properties"),
                        "security.protocol=SSL\nssl.key.password=canary\n");
        MeteringOptions options =
                read(
                        "--kafka.bootstrap", "k:1",
                        "--kafka.properties", file.toString(),
                        "--postgres.url", "jdbc:postgresql://p/t",
                        "--meters", "m.yaml");
        assertThat(options.kafka().connection().properties())
                .containsEntry("bootstrap.servers", "k:1")
                .containsEntry("ssl.key.password", "canary");
        assertThat(options.toString())
                .contains("security.protocol=SSL, ssl.key.password=*****")
                .doesNotContain("canary");
        Files.writeString(file, "isolation.level=read_uncommitted");
        assertThatThrownBy(() -> read("--kafka.properties", file.toString()))
                .hasMessageContaining("--kafka.properties " + file + ": holds [isolation.level]");
    }

    private static MeteringOptions read(String... arguments) {
        return MeteringOptionsReader.read(arguments, Map.of());
    }
}
