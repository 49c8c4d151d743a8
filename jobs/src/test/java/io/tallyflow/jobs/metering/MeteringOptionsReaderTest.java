package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class MeteringOptionsReaderTest {

    @Test
    void takesDefaultsForWhatIsNotGiven() {
        MeteringOptions options =
                read(
                        "--kafka.bootstrap", "k:1",
                        "--postgres.url", "jdbc:postgresql://p/t",
                        "--meters", "m.yaml");
        assertThat(options.eventsTopic()).isEqualTo("usage.events");
        assertThat(options.allowedLateness()).isEqualTo(Duration.ofMinutes(10));
        assertThat(options.dedupeHorizon()).isEqualTo(Duration.ofDays(32));
        assertThat(options.rewindTo()).isNull();
        assertThat(options.postgresWriters()).isEqualTo(1);
        assertThat(RealEnds.staging(options)).isEmpty();
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
    void takesASensibleNumberOfWriters() {
        MeteringOptions options =
                read(
                        "--kafka.bootstrap", "k:1",
                        "--postgres.url", "jdbc:postgresql://p/t",
                        "--postgres.writers", "3",
                        "--meters", "m.yaml");
        assertThat(RealEnds.staging(options)).hasSize(3).doesNotHaveDuplicates();
        for (String wrong : new String[] {"0", "17", "-1", "many", "1.5"}) {
            assertThatThrownBy(() -> read("--postgres.writers", wrong))
                    .hasMessageContaining(
                            "--postgres.writers " + wrong + ": must be a number from 1 to 16");
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
        assertThat(options.postgresPassword()).isEqualTo("canary");
        assertThat(options.toString()).doesNotContain("canary");
        assertThatThrownBy(() -> read("--postgres.password", "canary"))
                .hasMessageContaining("--postgres.password is not known");
    }

    private static MeteringOptions read(String... arguments) {
        return MeteringOptionsReader.read(arguments, Map.of());
    }
}
