package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import org.apache.logging.log4j.Logger;
import org.apache.logging.log4j.core.LoggerContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the log configurations make of a message that an event has had a hand in. */
final class LogFormatTest {

    private static final String HOSTILE =
            "subject \"a\\b\"\r\n"
                    + "2026-01-01 ERROR forged\u001b[2J\u009b31m\u0000 ${java:version} {}";

    private final ObjectMapper json = new ObjectMapper();

    @TempDir Path directory;

    @AfterEach
    void clear() {
        System.clearProperty("log.file");
        System.clearProperty("tallyflow.logs");
        System.clearProperty("tallyflow.logs.pattern");
    }

    @Test
    void ofAClusterWritesOneObjectALineWhateverIsInTheMessage() throws IOException {
        Path file = directory.resolve("taskmanager.log");
        System.setProperty("log.file", file.toString());
        Instant before = Instant.now();
        log("../flink-conf/log4j.properties");
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(3);
        JsonNode first = json.readTree(lines.get(0));
        assertThat(first.properties())
                .extracting(java.util.Map.Entry::getKey)
                .containsExactly("time", "level", "logger", "thread", "message", "exception");
        assertThat(first.get("message").asText()).isEqualTo(HOSTILE);
        assertThat(first.get("level").asText()).isEqualTo("INFO");
        assertThat(first.get("logger").asText()).isEqualTo("io.tallyflow.test");
        assertThat(first.get("exception").asText()).isEmpty();
        assertThat(Instant.parse(first.get("time").asText()))
                .isBetween(before.minusMillis(1), Instant.now());
        JsonNode second = json.readTree(lines.get(1));
        assertThat(second.get("message").asText()).isEqualTo("failed");
        assertThat(second.get("exception").asText())
                .startsWith("java.lang.IllegalStateException: " + HOSTILE)
                .contains("at io.tallyflow.cli.LogFormatTest");
        assertThat(json.readTree(lines.get(2)).get("message").asText()).isEqualTo("of Flink");
        assertThat(lines).noneMatch(line -> line.chars().anyMatch(Character::isISOControl));
    }

    @Test
    void ofContainersDiffersInNothingButWhereItGoes() throws IOException {
        Properties file = properties("../flink-conf/log4j.properties");
        Properties console = properties("../flink-conf/log4j-console.properties");
        file.keySet().removeIf(key -> key.toString().startsWith("appender."));
        assertThat(console).containsAllEntriesOf(file);
        assertThat(console.getProperty("appender.main.layout.pattern")).isEqualTo("${line}");
        PrintStream out = System.out;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            log("../flink-conf/log4j-console.properties");
        } finally {
            System.setOut(out);
        }
        List<String> lines = printed.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(json.readTree(lines.get(0)).get("message").asText()).isEqualTo(HOSTILE);
    }

    @Test
    void ofUpKeepsAMessageOnItsLineAndAwayFromTheTerminal() throws IOException {
        System.setProperty("tallyflow.logs", directory.toString());
        System.setProperty("tallyflow.logs.pattern", directory.toString());
        log("src/main/resources/log4j2-servers.xml");
        List<String> lines = Files.readAllLines(directory.resolve("tallyflow.log"));
        assertThat(lines.get(0)).contains("\\r\\n2026-01-01 ERROR forged?[2J?31m? ${java:version}");
        assertThat(lines.get(1)).contains("failed");
        assertThat(lines.get(2)).startsWith("java.lang.IllegalStateException: ");
        assertThat(lines)
                .noneMatch(
                        line -> line.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c)));
    }

    private static void log(String configuration) {
        URI file = Path.of(configuration).toUri();
        try (LoggerContext context = new LoggerContext("test", null, file)) {
            context.start();
            Logger ours = context.getLogger("io.tallyflow.test");
            ours.info(HOSTILE);
            ours.debug("not written");
            ours.error("failed", new IllegalStateException(HOSTILE));
            context.getLogger("org.apache.flink.runtime.Task").info("not written");
            context.getLogger("org.apache.kafka.clients.NetworkClientTest").info("not written");
            context.getLogger("org.apache.flink.metrics.MetricGroup").warn("not written");
            context.getLogger("org.apache.flink.runtime.Task").warn("of Flink");
        }
    }

    private static Properties properties(String file) throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newBufferedReader(Path.of(file))) {
            properties.load(in);
        }
        return properties;
    }
}
