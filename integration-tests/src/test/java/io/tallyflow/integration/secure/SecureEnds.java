package io.tallyflow.integration.secure;

import io.tallyflow.connectors.tls.TlsIdentity;
import io.tallyflow.integration.run.Finished;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import javax.net.ssl.SSLContext;

/**
 * Kafka and Postgres as production has them, and what a client needs to get in. All secrets are
 * words that stand nowhere else.
 */
public final class SecureEnds implements AutoCloseable {

    /** Of the user in Kafka. */
    public static final String KAFKA_PASSWORD = "canary-kafka-5d1e";

    /** Of every user in Postgres. */
    public static final String POSTGRES_PASSWORD = "canary-postgres-7f3a";

    /** Of the files with keys. */
    public static final String STORE_PASSWORD = "canary-store-91c4";

    final TlsIdentity server;
    final TlsIdentity client;
    final SecureKafka kafka;
    final SecurePostgres postgres;
    private final Path directory;

    /** Starts both; topics and schema are not made. */
    public SecureEnds(Path directory) throws Exception {
        this.directory = directory;
        Path keys = directory.resolve("keys");
        server = new TlsIdentity(keys, "server", STORE_PASSWORD);
        client = new TlsIdentity(keys, SecurePostgres.CERTIFIED, STORE_PASSWORD);
        kafka = new SecureKafka(directory.resolve("kafka"), server, client, KAFKA_PASSWORD);
        postgres = new SecurePostgres(directory.resolve("postgres"), server, client);
        postgres.create(POSTGRES_PASSWORD);
    }

    /** {@code HOST:PORT}. */
    public String bootstrap() {
        return kafka.bootstrap();
    }

    /** A file that lets a client in. */
    public Path kafkaProperties() throws IOException {
        return write("kafka.properties", kafkaSettings());
    }

    Properties kafkaSettings() {
        return kafka.clientProperties(client, server, KAFKA_PASSWORD);
    }

    Path write(String name, Properties properties) throws IOException {
        Path file = directory.resolve(name);
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
        return file;
    }

    /** Trusts the server and nobody else. */
    public String postgresOptions() {
        return "sslmode=verify-full&sslrootcert=" + server.certificate();
    }

    /** As commands take it, for the owner. */
    public String postgresUrl() {
        return postgres.url(SecurePostgres.OWNER, postgresOptions());
    }

    /** As the job takes it. */
    public String jdbcUrl() {
        return postgres.jdbcUrl(postgresOptions());
    }

    /** Makes topics and schema, as an operator would. */
    public void prepare() throws IOException, InterruptedException {
        Finished.tallyflow(
                        List.of(
                                "prepare",
                                "--kafka-bootstrap",
                                bootstrap(),
                                "--kafka-properties",
                                kafkaProperties().toString(),
                                "--postgres-url",
                                postgresUrl()),
                        environment())
                .orFail();
    }

    /** As the superuser. */
    public Connection connect() throws SQLException {
        return postgres.connect();
    }

    /** A user of Postgres who may do all that the job and {@code prepare} do. */
    public String owner() {
        return SecurePostgres.OWNER;
    }

    /** Of Kafka and of Postgres. */
    public TlsIdentity server() {
        return server;
    }

    /** Whom both let in. */
    public TlsIdentity client() {
        return client;
    }

    /** Trusts the server and shows the client's certificate. */
    public SSLContext clientContext() throws IOException, GeneralSecurityException {
        return client.context(server);
    }

    /** What a Kafka client in this process has to know. */
    public Properties kafkaClient() {
        Properties all = kafkaSettings();
        all.setProperty("bootstrap.servers", bootstrap());
        return all;
    }

    /** What a process has to know. */
    public Map<String, String> environment() {
        return Map.of("TALLYFLOW_POSTGRES_PASSWORD", POSTGRES_PASSWORD);
    }

    @Override
    public void close() throws IOException {
        postgres.close();
        kafka.close();
    }
}
