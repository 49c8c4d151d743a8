package io.tallyflow.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.FakeFlink;
import io.tallyflow.connectors.tls.TlsIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands against a REST interface that asks clients for a certificate. */
@Timeout(60)
final class ClusterTlsTest {

    private static final String PASSWORD = "canary-store";

    private static final String METERS =
            "meters: [{slug: calls, eventType: call, aggregation: COUNT}]";

    @TempDir static Path directory;
    private static TlsIdentity server;
    private static TlsIdentity client;
    private static FakeFlink flink;
    private static Path meters;

    @BeforeAll
    static void start() throws Exception {
        server = new TlsIdentity(directory, "server", PASSWORD);
        client = new TlsIdentity(directory, "client", PASSWORD);
        flink = FakeFlink.demandingCertificates(server.context(client));
        meters = Files.writeString(directory.resolve("meters.yaml"), METERS);
    }

    @AfterAll
    static void stop() {
        flink.close();
    }

    @Test
    void areAnsweredWhenBothSidesTrustEachOther() throws Exception {
        CommandRun run = submit(file(server, client));
        assertThat(run.err()).contains("Not found: /jars");
        assertThat(flink.requests()).anyMatch(line -> line.startsWith("GET /jars "));
    }

    @Test
    void areRefusedWithoutACertificateOfTheirOwn() throws Exception {
        Path file = directory.resolve("none.properties");
        Files.writeString(
                file,
                "security.ssl.rest.truststore=%s\nsecurity.ssl.rest.truststore-password=%s\n"
                        .formatted(server.trustStore(), PASSWORD));
        demandTrouble(submit(file), "name yours in the file of --cluster-tls");
    }

    @Test
    void areRefusedWithACertificateThatTheClusterDoesNotKnow() throws Exception {
        demandTrouble(submit(file(server, server)), "name yours in the file of --cluster-tls");
    }

    @Test
    void trustNobodyElse() throws Exception {
        demandTrouble(
                submit(file(client, client)),
                flink.url() + "/ and this client do not agree on TLS (PKIX path");
    }

    @Test
    void nameWhatIsWrongWithTheFile() throws Exception {
        Path wrong = Files.writeString(directory.resolve("w.properties"), "truststore=x\n");
        CommandRun run = submit(wrong);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith(
                        "tallyflow: --cluster-tls: " + wrong + " holds [truststore]; known are");
        Files.writeString(
                wrong,
                "security.ssl.rest.truststore=%s\nsecurity.ssl.rest.truststore-password=canary-no"
                        .formatted(server.trustStore()));
        assertThat(submit(wrong).err())
                .contains("security.ssl.rest.truststore " + server.trustStore())
                .doesNotContain("canary");
        assertThat(submit(directory.resolve("gone")).err())
                .contains(directory.resolve("gone") + " cannot be read");
    }

    private static void demandTrouble(CommandRun run, String what) {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("tallyflow: ")
                .contains(flink.url(), what)
                .doesNotContain("canary");
    }

    private static CommandRun submit(Path tls) {
        return CommandRun.of(
                "submit",
                "--cluster",
                flink.url(),
                "--cluster-tls",
                tls.toString(),
                "--jar",
                server.certificate().toString(),
                "--kafka.bootstrap",
                "k:1",
                "--postgres.url",
                "jdbc:postgresql://p/t",
                "--meters",
                meters.toString());
    }

    private static Path file(TlsIdentity trusted, TlsIdentity shown) throws IOException {
        return Files.writeString(
                directory.resolve("tls.properties"),
                """
                security.ssl.rest.truststore=%s
                security.ssl.rest.truststore-password=%s
                security.ssl.rest.keystore=%s
                security.ssl.rest.keystore-password=%2$s
                security.ssl.rest.key-password=%2$s
                """
                        .formatted(trusted.trustStore(), PASSWORD, shown.keyStore()));
    }
}
