package io.tallyflow.integration.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.integration.run.FlinkPages;
import io.tallyflow.integration.secure.SecureEnds;
import io.tallyflow.local.embedded.Ports;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code up} with passwords for Kafka, its key stores and Postgres, looked at from every side. */
final class SecretsTest {

    /** Every secret of {@link SecureEnds} begins with it. */
    private static final String CANARY = "canary-";

    private final HttpClient http = HttpClient.newHttpClient();

    @TempDir Path directory;
    @TempDir Path servers;

    @Test
    @Timeout(180)
    void showsThePasswordsNowhereAndSaysWhatMattersOnce() throws Exception {
        int metricsPort = Ports.free();
        Path place = directory.resolve("in a place of ümläuts & 100% blanks");
        try (SecureEnds ends = new SecureEnds(servers);
                TallyflowProcess up =
                        new TallyflowProcess(place)
                                .against(ends, "--metrics-port", Integer.toString(metricsPort))) {
            up.start();
            up.awaitReady();
            assertThat(up.commandLine()).contains("--kafka-properties").doesNotContain(CANARY);
            assertThat(metrics(metricsPort))
                    .contains("tallyflow_commitAgeMs")
                    .doesNotContain(CANARY);
            assertThat(new FlinkPages(http, up.web()).all())
                    .allSatisfy((page, text) -> assertThat(text).doesNotContain(CANARY))
                    .anySatisfy(
                            (page, text) ->
                                    assertThat(text)
                                            .contains(
                                                    "\"user-config\":{",
                                                    "\"pipeline\":\"metering\"",
                                                    "\"postgres.url\":\"jdbc:postgresql:"));
            up.stop();
            assertThat(Files.readString(up.output())).doesNotContain(CANARY);
        }
        String log = Files.readString(place.resolve("data/logs/tallyflow.log"));
        assertThat(log)
                .containsOnlyOnce("Tallyflow 0.1.0 starts with MeteringOptions{")
                .containsOnlyOnce("sasl.jaas.config=*****")
                .containsOnlyOnce("ssl.keystore.password=*****")
                .containsOnlyOnce("TALLYFLOW_POSTGRES_PASSWORD=*****")
                .containsOnlyOnce("starts with parallelism")
                .containsOnlyOnce("The ledger of pipeline metering stands at commit 0 of epoch 0")
                .containsOnlyOnce("First commit of this start: commit 1 of epoch 0")
                .containsOnlyOnce("Stopping job")
                .containsOnlyOnce("and its engine have stopped");
        assertThat(log.lines().filter(line -> line.startsWith("2") && !line.contains("flyway")))
                .hasSizeLessThan(20);
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1))
                        .as("%s", file)
                        .doesNotContain(CANARY);
            }
        }
    }

    private String metrics(int port) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + port + "/metrics");
        return http.send(
                        HttpRequest.newBuilder(address).build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
