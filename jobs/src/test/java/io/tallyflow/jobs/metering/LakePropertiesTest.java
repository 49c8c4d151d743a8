package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.io.IOException;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.logging.log4j.Level;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.Logger;
import org.apache.logging.log4j.core.appender.WriterAppender;
import org.apache.logging.log4j.core.config.Configurator;
import org.apache.logging.log4j.core.layout.PatternLayout;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file of catalog properties, with a secret in it, on its way to a catalog. */
final class LakePropertiesTest {

    private static final String CANARY = "canary-41c9-green";

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final StringWriter log = new StringWriter();
    private final Path file;
    private HttpServer catalog;
    private WriterAppender appender;
    private Level level;

    LakePropertiesTest(@TempDir Path folder) {
        this.file = folder.resolve("lake.properties");
    }

    @BeforeEach
    void start() throws IOException {
        catalog = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        catalog.createContext("/", this::answer);
        catalog.start();
        appender =
                WriterAppender.newBuilder()
                        .setName("heard")
                        .setLayout(PatternLayout.newBuilder().withPattern("%c %m%n%xEx").build())
                        .setTarget(log)
                        .build();
        appender.start();
        Logger root = (Logger) LogManager.getRootLogger();
        level = root.getLevel();
        root.addAppender(appender);
        Configurator.setRootLevel(Level.INFO);
    }

    @AfterEach
    void stop() {
        Logger root = (Logger) LogManager.getRootLogger();
        Configurator.setRootLevel(level);
        root.removeAppender(appender);
        appender.stop();
        catalog.stop(0);
    }

    @Test
    void reachTheCatalogAndWinButAreNeverShown() throws Exception {
        Files.writeString(
                file,
                """
                token=%s
                header.X-Warehouse-Key=%s
                warehouse=elsewhere
                """
                        .formatted(CANARY, CANARY));
        MeteringOptions options = read();
        LakeOptions lake = options.lake().options();
        assertThat(lake.catalog()).containsEntry("type", "rest").containsEntry("token", CANARY);
        try (Lake opened = Lake.open(lake)) {
            assertThatThrownBy(() -> opened.table(LakeTable.EVENTS))
                    .satisfies(failure -> assertThat(failure.toString()).doesNotContain(CANARY));
        }
        assertThat(heard)
                .isNotEmpty()
                .allMatch(request -> request.contains("Bearer " + CANARY + " key " + CANARY))
                .anyMatch(request -> request.startsWith("/v1/config?warehouse=elsewhere "));
        assertThat(options.toString()).doesNotContain(CANARY);
        assertThat(lake.toString()).contains("rest", "elsewhere").doesNotContain(CANARY);
        LogManager.getLogger(LakePropertiesTest.class).info("{} {}", options, lake);
        assertThat(log.toString()).contains("MeteringOptions{").doesNotContain(CANARY);
    }

    @Test
    void areAProblemIfTheyCannotBeRead() {
        assertThatThrownBy(this::read)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--lake.properties " + file + ": cannot be read");
    }

    /** Iceberg names the address wherever it cannot connect. */
    @Test
    void areAProblemIfTheirAddressHoldsAPassword() throws IOException {
        for (String address :
                new String[] {
                    "jdbc:postgresql://h/d?user=u&password=" + CANARY,
                    "jdbc:postgresql://u:a/" + CANARY + "@h/d",
                    "https://u:" + CANARY + "@h/d"
                }) {
            Files.writeString(file, "uri=" + address);
            assertThatThrownBy(this::read)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("--lake.properties " + file + ": uri ")
                    .hasMessageContaining("TALLYFLOW_LAKE_PASSWORD")
                    .hasMessageNotContaining(CANARY);
        }
    }

    private MeteringOptions read() {
        String[] arguments = {
            "--kafka.bootstrap", "k:1",
            "--postgres.url", "jdbc:postgresql://p/t",
            "--meters", "m.yaml",
            "--lake.catalog", "rest",
            "--lake.uri", "http://127.0.0.1:" + catalog.getAddress().getPort(),
            "--lake.warehouse", "here",
            "--lake.properties", file.toString()
        };
        return MeteringOptionsReader.read(arguments, Map.of());
    }

    private void answer(HttpExchange exchange) throws IOException {
        heard.add(
                exchange.getRequestURI()
                        + " "
                        + exchange.getRequestHeaders().getFirst("Authorization")
                        + " key "
                        + exchange.getRequestHeaders().getFirst("X-Warehouse-Key"));
        boolean config = exchange.getRequestURI().getPath().endsWith("/config");
        byte[] body =
                (config ? "{\"defaults\":{},\"overrides\":{}}" : "{}")
                        .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(config ? 200 : 404, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
