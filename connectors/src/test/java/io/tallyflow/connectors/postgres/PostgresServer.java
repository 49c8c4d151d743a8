package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.schema.Migrations;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * One Postgres per test JVM, started when first asked for and gone, files included, when the JVM
 * ends. Each test class takes a database of its own, which is a copy of a migrated template and
 * takes a fraction of a second, and closes it.
 *
 * <p>The system property {@value #URL} names another server to use instead: the JDBC URL of a
 * superuser's connection to it. That is how the tests run on other versions of Postgres.
 */
public final class PostgresServer {

    /** System property: JDBC URL of a server to use instead of the embedded one. */
    public static final String URL = "tallyflow.test.postgres";

    private static final AtomicInteger COUNTER = new AtomicInteger();
    private static @Nullable PostgresServer shared;

    private final PGSimpleDataSource admin;
    private @Nullable Database template;

    private PostgresServer(PGSimpleDataSource admin) {
        this.admin = admin;
    }

    /** A new database with the schema in it. */
    public static Database migrated() {
        return shared().copyOfTemplate();
    }

    /** A new database with nothing in it. */
    public static Database empty() {
        return shared().create("");
    }

    /**
     * A new database with nothing in it.
     *
     * @param options of {@code CREATE DATABASE}, such as {@code encoding 'UTF8'}
     */
    public static Database empty(String options) {
        return shared().create(options);
    }

    private static synchronized PostgresServer shared() {
        PostgresServer server = shared;
        if (server == null) {
            String url = System.getProperty(URL);
            server = url == null ? embedded() : external(url);
            shared = server;
        }
        return server;
    }

    private static PostgresServer embedded() {
        try {
            EmbeddedPostgres postgres =
                    EmbeddedPostgres.builder()
                            .setDataDirectory(
                                    Path.of("target", "postgres-" + ProcessHandle.current().pid())
                                            .toAbsolutePath())
                            .setCleanDataDirectory(true)
                            .setRegisterShutdownHook(true)
                            .setServerConfig("synchronous_commit", "on")
                            .start();
            return new PostgresServer((PGSimpleDataSource) postgres.getPostgresDatabase());
        } catch (IOException e) {
            throw new UncheckedIOException("Postgres does not start", e);
        }
    }

    private static PostgresServer external(String url) {
        PGSimpleDataSource admin = new PGSimpleDataSource();
        admin.setUrl(url);
        PostgresServer server = new PostgresServer(admin);
        Runtime.getRuntime().addShutdownHook(new Thread(server::dropTemplate));
        return server;
    }

    private synchronized Database copyOfTemplate() {
        Database model = template;
        if (model == null) {
            model = create("");
            Migrations.apply(model.dataSource());
            template = model;
        }
        // Nothing is logged, and nobody may be connected to the template: nobody is.
        return create("template " + model.name() + " strategy file_copy");
    }

    private synchronized void dropTemplate() {
        if (template != null) {
            template.close();
        }
    }

    private Database create(String options) {
        String name =
                "test_%d_%d".formatted(ProcessHandle.current().pid(), COUNTER.incrementAndGet());
        execute("create database " + name + " " + options);
        return new Database(this, name);
    }

    private void execute(String sql) {
        try (Connection connection = admin.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(sql, e);
        }
    }

    private PGSimpleDataSource connectionsTo(String name) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(admin.getUrl());
        source.setUser(admin.getUser());
        source.setPassword(admin.getPassword());
        source.setDatabaseName(name);
        return source;
    }

    /** A database for one test class; closing it drops it, whoever is connected. */
    public static final class Database implements AutoCloseable {

        private final PostgresServer server;
        private final String name;
        private final PGSimpleDataSource dataSource;

        private Database(PostgresServer server, String name) {
            this.server = server;
            this.name = name;
            this.dataSource = server.connectionsTo(name);
        }

        /** Name of the database. */
        public String name() {
            return name;
        }

        /** Opens a new connection each time. */
        public DataSource dataSource() {
            return dataSource;
        }

        /** A new connection. */
        public Connection connect() throws SQLException {
            return dataSource.getConnection();
        }

        /** JDBC URL; the user is {@link #user()}, there is no password. */
        public String url() {
            return dataSource.getUrl();
        }

        /** A superuser. */
        public String user() {
            String user = dataSource.getUser();
            return user == null ? "postgres" : user;
        }

        @Override
        public void close() {
            server.execute("drop database if exists " + name + " with (force)");
        }
    }
}
