package io.tallyflow.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KafkaConnectionTest {

    private final Path directory;

    KafkaConnectionTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void takesSecurityAndTimeLimitsFromAFile() throws Exception {
        KafkaConnection connection =
                read(
                        """
                        security.protocol=SASL_SSL
                        sasl.jaas.config=Module required password="canary";
                        ssl.truststore.location=/trust.p12
                        ssl.truststore.password=canary
                        ssl.engine.of.somebody=canary
                        default.api.timeout.ms=7000
                        config.providers=env
                        config.providers.env.class=Some
                        """);
        assertThat(
                        connection.properties(
                                Map.of("default.api.timeout.ms", "1", "retry.backoff.ms", "2")))
                .containsEntry("bootstrap.servers", "k:1")
                .containsEntry("ssl.truststore.password", "canary")
                .containsEntry("default.api.timeout.ms", "7000")
                .containsEntry("retry.backoff.ms", "2");
        assertThat(connection)
                .hasToString(
                        "KafkaConnection[k:1, config.providers=env,"
                                + " config.providers.env.class=*****, default.api.timeout.ms=7000,"
                                + " sasl.jaas.config=*****, security.protocol=SASL_SSL,"
                                + " ssl.engine.of.somebody=*****,"
                                + " ssl.truststore.location=/trust.p12,"
                                + " ssl.truststore.password=*****]");
    }

    @Test
    void refusesWhatThePromisesStandOn() {
        for (String key :
                new String[] {
                    "isolation.level",
                    "acks",
                    "group.id",
                    "bootstrap.servers",
                    "retries",
                    "auto.offset.reset",
                    "secruity.protocol"
                }) {
            assertThatThrownBy(() -> read("security.protocol=SSL\n" + key + "=canary\n"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("holds [" + key + "], which is not for it to say")
                    .hasMessageNotContaining("canary");
        }
    }

    @Test
    void refusesAFileThatCannotBeRead() {
        assertThatThrownBy(() -> KafkaConnection.read("k:1", directory.resolve("none")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cannot be read: java.nio.file.NoSuchFileException");
        assertThatThrownBy(() -> read("sasl.jaas.config=\\uqqqqcanary"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("canary");
    }

    @Test
    void saysWhatIsNotAllowedAndWhatElseIsWrong() throws Exception {
        KafkaConnection connection = read("security.protocol=SSL");
        assertThat(
                        KafkaTrouble.of(
                                connection,
                                new ExecutionException(
                                        new TopicAuthorizationException(
                                                "no right to topics: [t]"))))
                .isEqualTo(
                        "Kafka at k:1 does not allow that (no right to topics: [t]): grant it to"
                                + " this user");
        assertThat(
                        KafkaTrouble.of(
                                connection,
                                new KafkaException(
                                        "Failed to create", new KafkaException("no such store"))))
                .isEqualTo(
                        "Kafka at k:1 cannot be asked with "
                                + connection.file()
                                + " (no such store)");
    }

    private KafkaConnection read(String text) throws Exception {
        return KafkaConnection.read(
                "k:1", Files.writeString(directory.resolve("kafka.properties"), text));
    }
}
