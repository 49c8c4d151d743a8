package io.tallyflow.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.embedded.Ports;
import io.tallyflow.connectors.postgres.PostgresServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} with a password, looked at from every side. */
final class SecretsTest {

    private static final String CANARY = "canary-7f3a-yellow";

    private static final Pattern JOB = Pattern.compile("\"id\":\"([0-9a-f]{32})\"");

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir Path directory;

    @Test
    @Timeout(180)
    void showsThePasswordNowhereAndSaysWhatMattersOnce() throws Exception {
        int metricsPort = Ports.free();
        try (PostgresServer.Database database = PostgresServer.migrated();
                TallyflowProcess up =
                        new TallyflowProcess(directory)
                                .against(
                                        urlWithUser(database),
                                        CANARY,
                                        "--metrics-port",
                                        Integer.toString(metricsPort))) {
            up.start();
            up.awaitReady();
            assertThat(up.commandLine()).contains("--postgres-url").doesNotContain(CANARY);
            for (String page : pages(up, metricsPort)) {
                assertThat(page).isNotEmpty().doesNotContain(CANARY);
            }
            up.stop();
            assertThat(Files.readString(up.output())).doesNotContain(CANARY);
        }
        String log = Files.readString(directory.resolve("data/logs/tallyflow.log"));
        assertThat(log)
                .containsOnlyOnce("Tallyflow 0.1.0 starts with MeteringOptions[")
                .containsOnlyOnce("starts with parallelism")
                .containsOnlyOnce("The ledger of pipeline metering stands at commit 0 of epoch 0")
                .containsOnlyOnce("First commit of this start: commit 1 of epoch 0")
                .containsOnlyOnce("Stopping job")
                .containsOnlyOnce("and its engine have stopped");
        assertThat(log.lines().filter(line -> line.startsWith("2"))).hasSizeLessThan(20);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as("%s", file)
                        .doesNotContain(CANARY);
            }
        }
    }

    private List<String> pages(TallyflowProcess up, int metricsPort) throws Exception {
        Matcher job = JOB.matcher(get(up.web() + "/jobs"));
        assertThat(job.find()).isTrue();
        String base = up.web() + "/jobs/" + job.group(1);
        List<String> pages = new ArrayList<>();
        for (String address :
                List.of(
                        base,
                        base + "/config",
                        base + "/jobmanager/config",
                        base + "/jobmanager/environment",
                        base + "/plan",
                        base + "/checkpoints/config",
                        up.web() + "/jobmanager/config",
                        up.web() + "/jobmanager/environment",
                        "http://127.0.0.1:" + metricsPort + "/metrics")) {
            pages.add(get(address));
        }
        assertThat(pages.get(pages.size() - 1)).contains("tallyflow_commitAgeMs");
        return pages;
    }

    private String get(String address) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(URI.create(address)).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static String urlWithUser(PostgresServer.Database database) {
        String url = database.url();
        return url + (url.contains("?") ? "&" : "?") + "user=" + database.user();
    }
}
