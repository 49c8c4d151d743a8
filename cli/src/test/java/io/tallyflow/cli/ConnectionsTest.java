package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.kafka.KafkaConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConnectionsTest {

    private final Path directory;

    ConnectionsTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void areKnownUntilTheServersStop() throws Exception {
        Connections told =
                new Connections(
                        new PostgresAddress("jdbc:postgresql://h:1/d?ssl=true", "u", null),
                        KafkaConnection.plain("h:2"),
                        "http://h:3",
                        "/ware house/é");
        try (AutoCloseable published = told.publish(directory)) {
            assertThat(published).isNotNull();
            assertThat(Connections.read(directory, Map.of())).isEqualTo(told);
        }
        assertThatThrownBy(() -> Connections.read(directory, Map.of()))
                .isInstanceOf(CommandFailure.class);
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void neverHoldAPassword() throws Exception {
        PostgresAddress postgres =
                new PostgresAddress(
                        "jdbc:postgresql://h/d?sslpassword=hidden1&ssl=true&sslPassword=hidden2",
                        "u",
                        "hidden3");
        Connections.to(postgres).publish(directory);
        assertThat(Files.readString(directory.resolve("connections.properties")))
                .doesNotContain("hidden");
        Map<String, String> environment = Map.of("TALLYFLOW_POSTGRES_PASSWORD", "secret");
        assertThat(Connections.read(directory, environment).postgres())
                .extracting(PostgresAddress::url, PostgresAddress::password)
                .containsExactly("jdbc:postgresql://h/d?ssl=true", "secret");
    }

    @Test
    void thatWereDamagedAreRefused() throws Exception {
        Files.writeString(directory.resolve("connections.properties"), "kafka.bootstrap=h:2\n");
        assertThatThrownBy(() -> Connections.read(directory, Map.of()))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("names no Postgres");
    }
}
