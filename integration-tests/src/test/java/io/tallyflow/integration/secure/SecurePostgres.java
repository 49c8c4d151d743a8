package io.tallyflow.integration.secure;

import io.tallyflow.connectors.tls.TlsIdentity;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A Postgres as production has it: users come by TLS only and log in with SCRAM-SHA-256. The
 * superuser of the test comes without.
 */
final class SecurePostgres implements AutoCloseable {

    /** Owns the database and may make roles. */
    static final String OWNER = "metering_owner";

    /** Has the role of the job. */
    static final String WRITER = "metering_writer";

    /** Must also show the certificate that the server trusts, whose common name is this. */
    static final String CERTIFIED = "certified";

    private static final String DATABASE = "metering";

    private final EmbeddedPostgres server;

    /**
     * Starts it, with an empty database.
     *
     * @param identity of the server
     * @param client whose certificate is trusted
     */
    SecurePostgres(Path directory, TlsIdentity identity, TlsIdentity client) throws IOException {
        Path access = Files.createDirectories(directory).resolve("pg_hba.conf");
        Files.writeString(
                access,
                """
                host all postgres 127.0.0.1/32 trust
                hostssl all certified 127.0.0.1/32 scram-sha-256 clientcert=verify-full
                hostssl all all 127.0.0.1/32 scram-sha-256
                """);
        server =
                EmbeddedPostgres.builder()
                        .setDataDirectory(directory.resolve("data"))
                        .setCleanDataDirectory(true)
                        .setServerConfig("hba_file", access.toString())
                        .setServerConfig("password_encryption", "scram-sha-256")
                        .setServerConfig("ssl", "on")
                        .setServerConfig("ssl_cert_file", identity.certificate().toString())
                        .setServerConfig("ssl_key_file", identity.key().toString())
                        .setServerConfig("ssl_ca_file", client.certificate().toString())
                        .start();
    }

    /** Makes the database and its owner. */
    void create(String password) throws SQLException {
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "create role metering_owner login createrole password " + quoted(password));
            statement.execute("create database metering owner metering_owner");
        }
    }

    /** Makes the users beside the owner, once the schema is there. */
    void createWriters(String password) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String user : new String[] {WRITER, CERTIFIED}) {
                statement.execute(
                        "create role "
                                + user
                                + " login in role tallyflow_writer password "
                                + quoted(password));
            }
        }
    }

    private static String quoted(String password) {
        return "'" + password.replace("'", "''") + "'";
    }

    /** As the superuser. */
    Connection connect() throws SQLException {
        return server.getDatabase("postgres", DATABASE).getConnection();
    }

    /**
     * For the job.
     *
     * @param options behind the question mark; none if empty
     */
    String jdbcUrl(String options) {
        return "jdbc:" + url("", options);
    }

    /** For commands. */
    String url(String user, String options) {
        return "postgresql://"
                + (user.isEmpty() ? "" : user + "@")
                + "127.0.0.1:"
                + server.getPort()
                + "/"
                + DATABASE
                + (options.isEmpty() ? "" : "?" + options);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
