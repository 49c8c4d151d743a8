package io.tallyflow.local.embedded;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.local.embedded.PostgresPrograms.Outcome;
import io.tallyflow.results.Question;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * A Postgres server as a child of this process, on the loopback address, with a database and a user
 * {@code tallyflow} and no password. Every other role needs one; that of the superuser stands in a
 * file beside the data that its owner alone can read. Data stays between runs. Durable like a
 * server that was installed by hand: {@code fsync} and {@code synchronous_commit} are on.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    /** Name of the database, and of the role that owns it. */
    public static final String NAME = "tallyflow";

    private static final String OWNER = "postgres";

    private final PostgresPrograms programs;
    private final Path data;
    private final int port;
    private boolean closed;

    private EmbeddedPostgres(PostgresPrograms programs, Path data, int port) {
        this.programs = programs;
        this.data = data;
        this.port = port;
    }

    /**
     * Where the server lives.
     *
     * @param directory its data, kept between runs
     * @param software its programs, unpacked once; may be shared by several servers
     * @param log what it has to say
     */
    public record ServerFiles(Path directory, Path software, Path log) {

        /** Everything below one directory. */
        public static ServerFiles below(Path directory) {
            return new ServerFiles(
                    directory.resolve("data"), directory, directory.resolve("postgres.log"));
        }
    }

    /**
     * Ends a server that a killed run left on the directory, if there is one; without effect
     * otherwise. The caller must be the only one to use the directory.
     */
    public static void takeOver(ServerFiles place) {
        if (Files.isDirectory(place.directory())) {
            takeOver(new PostgresPrograms(PostgresSoftware.unpack(place.software())), place);
        }
    }

    /**
     * Starts the server, after ending one that a killed run left behind.
     *
     * @param port to listen on; 0 takes a free one
     * @throws ServerFailure if it cannot start; the message says why and what to do
     */
    public static EmbeddedPostgres start(ServerFiles place, int port) {
        PostgresPrograms programs = new PostgresPrograms(PostgresSoftware.unpack(place.software()));
        programs.requireUsable();
        initialise(programs, place.directory());
        takeOver(programs, place);
        int chosen = port == 0 ? Ports.free() : port;
        if (!Ports.isFree(chosen)) {
            throw new ServerFailure(
                    "port "
                            + chosen
                            + " is in use: choose another one with --postgres-port, or use the"
                            + " server that runs there with --postgres-url");
        }
        String password = OwnerPassword.read(place.directory());
        Path data = realPath(place.directory());
        EmbeddedPostgres postgres = new EmbeddedPostgres(programs, data, chosen);
        try {
            launch(programs, data, place.log(), chosen);
            postgres.createDatabase(password);
            return postgres;
        } catch (SQLException e) {
            postgres.close();
            throw new ServerFailure("Postgres started but does not serve: " + e.getMessage(), e);
        } catch (RuntimeException e) {
            postgres.close();
            throw e;
        }
    }

    /** JDBC address of the database, without user. */
    public String jdbcUrl() {
        return jdbcUrl(NAME);
    }

    /** The role to connect as. */
    public String user() {
        return NAME;
    }

    /** The port it listens on. */
    public int port() {
        return port;
    }

    /** Ends all connections and stops the server with everything on disk. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            stop(programs, data);
        }
    }

    private static void initialise(PostgresPrograms programs, Path directory) {
        if (Files.exists(directory.resolve("PG_VERSION"))) {
            return;
        }
        Path target = directory.toAbsolutePath();
        Path fresh = target.resolveSibling(target.getFileName() + ".new");
        if (Files.isDirectory(fresh)) {
            new Postmaster(fresh).clearAway();
            Directories.delete(fresh);
        }
        Directories.makeParent(target);
        Outcome made =
                programs.run(
                        "initdb",
                        "--pgdata=" + fresh,
                        "--username=" + OWNER,
                        "--pwfile=" + OwnerPassword.make(target),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        "--no-locale");
        if (!made.succeeded()) {
            throw notMade(target, made);
        }
        try {
            Files.deleteIfExists(target);
            Files.move(fresh, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new ServerFailure(
                    target + " holds files but no Postgres data: move it away and start again", e);
        }
    }

    private static ServerFailure notMade(Path target, Outcome made) {
        String problem = "Postgres's directory " + target + " cannot be made: " + made.summary();
        return new ServerFailure(
                made.output().contains("could not look up effective user ID")
                        ? problem
                                + ": Postgres needs a user that /etc/passwd knows: run as one, or"
                                + " name a Postgres server with --postgres-url"
                        : problem);
    }

    private static void takeOver(PostgresPrograms programs, ServerFiles place) {
        Postmaster left = new Postmaster(place.directory());
        if (left.running().isPresent()) {
            stop(programs, realPath(place.directory()));
        }
        left.clearAway();
    }

    private static void launch(PostgresPrograms programs, Path data, Path log, int port) {
        Directories.makeParent(log);
        Logins.write(data);
        String options =
                "-p "
                        + port
                        + " -c listen_addresses="
                        + Ports.LOOPBACK
                        + " -c unix_socket_directories='' -c timezone=UTC -c log_timezone=UTC"
                        + " -c fsync=on -c synchronous_commit=on -c full_page_writes=on"
                        + " -c max_wal_size=1GB -c shared_buffers=256MB";
        Outcome started =
                programs.run(
                        "pg_ctl",
                        "start",
                        "--wait",
                        "--timeout=120",
                        "--pgdata=" + data,
                        "--log=" + log.toAbsolutePath(),
                        "--options=" + options);
        if (!started.succeeded()) {
            throw new ServerFailure(
                    "Postgres could not start on port " + port + "; see " + log + " for why");
        }
    }

    private static void stop(PostgresPrograms programs, Path data) {
        if (new Postmaster(data).running().isEmpty()) {
            return;
        }
        for (String mode : new String[] {"fast", "immediate"}) {
            Outcome stopped =
                    programs.run(
                            "pg_ctl",
                            "stop",
                            "--wait",
                            "--timeout=30",
                            "--mode=" + mode,
                            "--pgdata=" + data);
            if (stopped.succeeded() || new Postmaster(data).running().isEmpty()) {
                return;
            }
        }
        new Postmaster(data).clearAway();
    }

    private void createDatabase(String password) throws SQLException {
        Properties owner = new Properties();
        owner.setProperty("user", OWNER);
        owner.setProperty("password", password);
        try (Connection connection = DriverManager.getConnection(jdbcUrl(OWNER), owner);
                Statement statement = connection.createStatement()) {
            if (!exists(connection, "select 1 from pg_catalog.pg_roles where rolname = ?")) {
                statement.execute("create role tallyflow login createdb createrole");
            }
            if (!exists(connection, "select 1 from pg_catalog.pg_database where datname = ?")) {
                statement.execute("create database tallyflow owner tallyflow");
            }
        }
    }

    private static boolean exists(Connection connection, String query) throws SQLException {
        return !new Question<>(query, found -> found.getInt(1)).all(connection, NAME).isEmpty();
    }

    private String jdbcUrl(String database) {
        return "jdbc:postgresql://" + Ports.LOOPBACK + ":" + port + "/" + database;
    }

    private static Path realPath(Path path) {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
