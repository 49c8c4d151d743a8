package io.tallyflow.integration.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.tls.TlsIdentity;
import io.tallyflow.integration.protocol.UsageLog;
import io.tallyflow.integration.protocol.Witness;
import io.tallyflow.integration.run.Finished;
import io.tallyflow.integration.run.TopicReader;
import io.tallyflow.integration.run.WatchedJob;
import io.tallyflow.integration.spine.UsageLogSender;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.schemas.progress.Count;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The job and the commands against a Kafka and a Postgres with TLS and SCRAM. */
final class SecureServersTest {

    private static final String WRONG = "canary-wrong-2b8f";

    @TempDir static Path directory;
    private static SecureEnds ends;
    private static TlsIdentity stranger;
    private static Path meters;

    @BeforeAll
    static void start() throws Exception {
        ends = new SecureEnds(directory);
        stranger = new TlsIdentity(directory.resolve("keys"), "stranger", "not-a-secret");
        meters = Files.writeString(directory.resolve("meters.yaml"), UsageLog.METERS);
        Finished prepared = prepare(ends.kafkaProperties(), ends.postgresUrl(), ends.environment());
        assertThat(prepared.orFail()).contains("kafka     " + ends.bootstrap());
        ends.postgres.createWriters(SecureEnds.POSTGRES_PASSWORD);
    }

    @AfterAll
    static void stop() throws Exception {
        ends.close();
    }

    @Test
    @Timeout(180)
    void countsEveryEventOnce() throws Exception {
        UsageLog log = new UsageLog(3, Topics.EVENT_PARTITIONS, 2_000);
        Witness witness = new Witness(ends.postgres::connect, log);
        Properties kafka =
                ends.kafka.clientProperties(ends.client, ends.server, SecureEnds.KAFKA_PASSWORD);
        kafka.setProperty("bootstrap.servers", ends.bootstrap());
        UsageLogSender.sendAll(kafka, log);
        try (WatchedJob job = job(ends.kafkaProperties(), SecurePostgres.CERTIFIED, certified())) {
            job.awaitProcessing();
            job.await(
                    "all offsets",
                    Duration.ofSeconds(60),
                    () -> Arrays.equals(witness.look().offsets(), log.ends()));
            job.demandNoRestart();
        }
        witness.demandComplete();
        assertThat(witness.look().counts().of(Count.REJECTED)).isPositive();
        assertThat(TopicReader.ends(kafka, Topics.REJECTED).get(0))
                .isGreaterThanOrEqualTo(witness.look().counts().of(Count.REJECTED));
        assertThat(TopicReader.ends(kafka, Topics.LATE).get(0)).isPositive();
        String status =
                Finished.tallyflow(
                                List.of(
                                        "status",
                                        "--postgres-url",
                                        ends.postgresUrl(),
                                        "--kafka-bootstrap",
                                        ends.bootstrap(),
                                        "--kafka-properties",
                                        ends.kafkaProperties().toString()),
                                ends.environment())
                        .orFail();
        assertThat(status).contains("metering").doesNotContain("cannot", "unknown");
    }

    /** Then the file holds no secret, and the job does not either. */
    @Test
    @Timeout(60)
    void letsKafkasClientsLookPasswordsUp() throws Exception {
        Properties referring = ends.kafkaSettings();
        Path secrets =
                ends.write("secrets.properties", properties("login", SecureEnds.KAFKA_PASSWORD));
        referring.setProperty("config.providers", "file");
        referring.setProperty(
                "config.providers.file.class",
                "org.apache.kafka.common.config.provider.FileConfigProvider");
        String login = referring.getProperty("sasl.jaas.config");
        referring.setProperty(
                "sasl.jaas.config",
                login.replace(SecureEnds.KAFKA_PASSWORD, "${file:" + secrets + ":login}"));
        Path file = ends.write("referring.properties", referring);
        assertThat(Files.readString(file)).doesNotContain(SecureEnds.KAFKA_PASSWORD);
        prepare(file, ends.postgresUrl(), ends.environment()).orFail();
    }

    private static Properties properties(String key, String value) {
        Properties properties = new Properties();
        properties.setProperty(key, value);
        return properties;
    }

    @Test
    @Timeout(60)
    void saysThatKafkaRefusedTheLogin() throws Exception {
        Properties wrong = ends.kafka.clientProperties(ends.client, ends.server, WRONG);
        Path file = ends.write("wrong.properties", wrong);
        String[] expected = {
            "Kafka at " + ends.bootstrap() + " refused the login (",
            "SCRAM-SHA-512",
            "): check sasl.mechanism, user and password in " + file
        };
        demandFailure(prepare(file, ends.postgresUrl(), ends.environment()), expected);
        assertThatThrownBy(() -> job(file, SecurePostgres.WRITER, ends.postgresOptions()))
                .rootCause()
                .hasMessageContainingAll(expected)
                .hasMessageNotContaining(WRONG);
    }

    @Test
    @Timeout(60)
    void saysThatKafkasCertificateIsNotTrusted() throws Exception {
        Properties untrusting =
                ends.kafka.clientProperties(ends.client, stranger, SecureEnds.KAFKA_PASSWORD);
        Path file = ends.write("untrusting.properties", untrusting);
        String[] expected = {
            "Kafka at " + ends.bootstrap() + " and this client do not agree on TLS (",
            "ssl.truststore.location in " + file
        };
        demandFailure(prepare(file, ends.postgresUrl(), ends.environment()), expected);
        assertThatThrownBy(() -> job(file, SecurePostgres.WRITER, ends.postgresOptions()))
                .rootCause()
                .hasMessageContainingAll(expected);
    }

    @Test
    @Timeout(120)
    void saysThatKafkaMayAskForTls() throws Exception {
        Path file = ends.write("plain.properties", properties("security.protocol", "PLAINTEXT"));
        demandFailure(
                prepare(file, ends.postgresUrl(), ends.environment()),
                "Kafka at " + ends.bootstrap() + " did not answer in time",
                "security.protocol must be in " + file);
    }

    @Test
    @Timeout(60)
    void saysWhatIsWrongWithTheFile() throws Exception {
        Properties broken = ends.kafkaSettings();
        broken.setProperty("sasl.jaas.config", "Module required password=" + WRONG + " x;");
        Path file = ends.write("broken.properties", broken);
        demandFailure(
                prepare(file, ends.postgresUrl(), ends.environment()),
                "cannot be asked with " + file,
                "sasl.jaas.config is not of the form");
    }

    @Test
    @Timeout(60)
    void saysThatPostgresRefusedTheLogin() throws Exception {
        Map<String, String> wrong = Map.of("TALLYFLOW_POSTGRES_PASSWORD", WRONG);
        String[] expected = {
            "password authentication failed for user",
            "check the user, and the password in TALLYFLOW_POSTGRES_PASSWORD"
        };
        demandFailure(prepare(ends.kafkaProperties(), ends.postgresUrl(), wrong), expected);
        assertThatThrownBy(
                        () ->
                                job(
                                        ends.kafkaProperties(),
                                        SecurePostgres.WRITER,
                                        ends.postgresOptions(),
                                        wrong))
                .rootCause()
                .hasMessageContainingAll(expected)
                .hasMessageNotContaining(WRONG);
    }

    @Test
    @Timeout(60)
    void saysThatPostgresCertificateIsNotTrusted() throws Exception {
        String options = "sslmode=verify-full&sslrootcert=" + stranger.certificate();
        demandFailure(
                prepare(
                        ends.kafkaProperties(),
                        ends.postgres.url(SecurePostgres.OWNER, options),
                        ends.environment()),
                "sslrootcert in the URL must name the file with the authority that signed its");
        assertThatThrownBy(() -> job(ends.kafkaProperties(), SecurePostgres.WRITER, options))
                .rootCause()
                .hasMessageContaining("lets nobody in")
                .hasMessageContaining("sslrootcert in the URL must name");
    }

    @Test
    @Timeout(60)
    void saysThatPostgresAsksForTls() throws Exception {
        demandFailure(
                prepare(
                        ends.kafkaProperties(),
                        ends.postgres.url(SecurePostgres.OWNER, "sslmode=disable"),
                        ends.environment()),
                "it asks for TLS: add sslmode=verify-full&sslrootcert=FILE to the URL");
    }

    /** A password given in an argument would be seen by everybody; it is not repeated either. */
    @Test
    @Timeout(60)
    void takesNoPasswordInAnAddress() throws Exception {
        String address = ends.postgresUrl().replaceFirst("@", ":" + WRONG + "@");
        Finished run = prepare(ends.kafkaProperties(), address, Map.of());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.said())
                .startsWith("tallyflow: --postgres-url holds a password")
                .contains("TALLYFLOW_POSTGRES_PASSWORD_FILE")
                .doesNotContain(WRONG);
    }

    @Test
    @Timeout(60)
    void takesThePasswordFromAFile() throws Exception {
        Path file = Files.writeString(directory.resolve("p"), SecureEnds.POSTGRES_PASSWORD + "\n");
        prepare(
                        ends.kafkaProperties(),
                        ends.postgresUrl(),
                        Map.of("TALLYFLOW_POSTGRES_PASSWORD_FILE", file.toString()))
                .orFail();
    }

    private static String certified() {
        return ends.postgresOptions()
                + "&sslcert="
                + ends.client.certificate()
                + "&sslkey="
                + ends.client.binaryKey();
    }

    private static void demandFailure(Finished run, String... expected) {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.said().lines().filter(line -> line.startsWith("tallyflow: ")))
                .singleElement()
                .asString()
                .contains(expected);
        assertThat(run.said()).doesNotContain(WRONG).doesNotContain("canary");
    }

    private static Finished prepare(Path kafka, String postgres, Map<String, String> environment)
            throws Exception {
        return Finished.tallyflow(
                List.of(
                        "prepare",
                        "--kafka-bootstrap",
                        ends.bootstrap(),
                        "--kafka-properties",
                        kafka.toString(),
                        "--postgres-url",
                        postgres),
                environment);
    }

    private static WatchedJob job(Path kafka, String user, String options) {
        return job(kafka, user, options, ends.environment());
    }

    private static WatchedJob job(
            Path kafka, String user, String options, Map<String, String> environment) {
        Map<Option, String> more = new HashMap<>();
        more.put(Option.KAFKA_PROPERTIES, kafka.toString());
        return WatchedJob.start(
                WatchedJob.settings(
                        ends.bootstrap(),
                        ends.postgres.jdbcUrl(options),
                        user,
                        meters,
                        directory.resolve("flink")),
                more,
                environment);
    }
}
