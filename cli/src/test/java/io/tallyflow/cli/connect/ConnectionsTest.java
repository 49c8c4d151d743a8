package io.tallyflow.cli.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.directory.Birthplace;
import io.tallyflow.connectors.kafka.KafkaConnection;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
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
                .isInstanceOf(RequestFailedException.class);
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
    void ofADirectoryThatWasCopiedAreRefused() throws Exception {
        Birthplace.record(directory.toRealPath());
        Connections.to(new PostgresAddress("jdbc:postgresql://h/d", "u", null)).publish(directory);
        Path copy = Files.createDirectory(directory.resolve("copy"));
        for (String file : new String[] {"made-at", "connections.properties"}) {
            Files.copy(directory.resolve(file), copy.resolve(file));
        }
        for (String command : new String[] {"status", "query requests_total"}) {
            CommandRun run = CommandRun.of((command + " --data-dir " + copy).split(" "));
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.err().lines())
                    .singleElement()
                    .asString()
                    .contains(copy + " was made at " + directory, "tallyflow relocate");
        }
        Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
        assertThat(Connections.read(link, Map.of()).postgres().user()).isEqualTo("u");
    }

    @Test
    void thatWereDamagedAreRefused() throws Exception {
        Files.writeString(directory.resolve("connections.properties"), "kafka.bootstrap=h:2\n");
        assertThatThrownBy(() -> Connections.read(directory, Map.of()))
                .isInstanceOf(RequestFailedException.class)
                .hasMessageContaining("names no Postgres");
    }
}
