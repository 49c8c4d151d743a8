package io.tallyflow.integration.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.results.Question;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * A Postgres that is backed up as production is: a copy of its directory while it runs, and every
 * segment of its log. It can be lost, and restored to a moment that was marked.
 */
final class ArchivedPostgres implements AutoCloseable {

    private static final Question<String> END_OF_BACKUP =
            new Question<>("select labelfile from pg_backup_stop()", row -> row.getString(1));

    private static final Question<String> LAST_SEGMENT =
            new Question<>("select pg_walfile_name(pg_switch_wal())", row -> row.getString(1));

    private static final Question<Boolean> IS_IN_RECOVERY =
            new Question<>("select pg_is_in_recovery()", row -> row.getBoolean(1));

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Path directory;
    private final EmbeddedPostgres.ServerFiles place;
    private EmbeddedPostgres server;

    ArchivedPostgres(Path directory) throws SQLException {
        this.directory = directory;
        this.place = EmbeddedPostgres.ServerFiles.below(directory);
        Directories.make(archive());
        server = EmbeddedPostgres.start(place, 0);
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set archive_mode = on");
            statement.execute("alter system set archive_command = 'cp %p " + archive() + "/%f'");
        }
        server.close();
        server = EmbeddedPostgres.start(place, 0);
    }

    String jdbcUrl() {
        return server.jdbcUrl();
    }

    String user() {
        return server.user();
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(server.jdbcUrl(), server.user(), "");
    }

    private Connection connect(String owner) throws SQLException {
        try {
            return DriverManager.getConnection(
                    server.jdbcUrl().replaceFirst("/[^/]*$", "/" + owner),
                    owner,
                    Files.readString(directory.resolve("data.password")).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path archive() {
        return directory.resolve("archive").toAbsolutePath();
    }

    private Path base() {
        return directory.resolve("base").toAbsolutePath();
    }

    /** What {@code pg_basebackup} does, by hand. */
    void backUp() throws SQLException, IOException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('base', true)");
            copy(place.directory(), base());
            Files.writeString(base().resolve("backup_label"), END_OF_BACKUP.one(connection));
        }
        Files.deleteIfExists(base().resolve("postmaster.pid"));
    }

    /** A moment to which it can be restored. */
    void mark(String moment) throws SQLException {
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_create_restore_point('" + moment + "')");
        }
    }

    /** The server is gone; of its log is left what was archived, here all of it. */
    void lose() throws SQLException {
        try (Connection connection = connect("postgres")) {
            Path last = archive().resolve(LAST_SEGMENT.one(connection));
            assertThat(Deadline.in(PATIENCE).await(() -> Files.exists(last) ? last : null))
                    .as("the last segment of the log is archived")
                    .isNotNull();
        }
        server.close();
        Directories.delete(place.directory());
    }

    /** From the copy and the log, as far as the moment. */
    void restoreTo(String moment) throws IOException {
        copy(base(), place.directory());
        Files.createFile(place.directory().resolve("recovery.signal"));
        Files.write(
                place.directory().resolve("postgresql.auto.conf"),
                List.of(
                        "archive_mode = off",
                        "restore_command = 'cp " + archive() + "/%f %p'",
                        "recovery_target_name = '" + moment + "'",
                        "recovery_target_action = promote"),
                StandardOpenOption.APPEND);
        server = EmbeddedPostgres.start(place, 0);
        assertThat(Deadline.in(PATIENCE).await(() -> isInRecovery() ? null : true))
                .as("the moment is reached and writes are taken")
                .isNotNull();
    }

    private boolean isInRecovery() {
        try (Connection connection = connect()) {
            return IS_IN_RECOVERY.one(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                    // Postgres refuses a directory that others may read.
                    Files.setPosixFilePermissions(target, Files.getPosixFilePermissions(file));
                } else if (!isLeftOut(from, file)) {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** The log comes from the archive, and files that go away under the copy are not needed. */
    private static boolean isLeftOut(Path from, Path file) {
        String name = from.relativize(file).toString();
        return name.startsWith("pg_wal/")
                || name.startsWith("pg_stat_tmp/")
                || name.contains("pgsql_tmp")
                || name.equals("postmaster.pid")
                || name.equals("postmaster.opts")
                || !Files.exists(file);
    }

    @Override
    public void close() {
        server.close();
    }
}
