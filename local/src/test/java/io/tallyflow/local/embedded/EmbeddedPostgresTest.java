package io.tallyflow.local.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.local.embedded.EmbeddedPostgres.ServerFiles;
import io.tallyflow.results.Question;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {

    /** Unpacked once; goes away with the build directory. */
    private static final Path SOFTWARE = Path.of("target", "postgres");

    private final Path directory;

    EmbeddedPostgresTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void servesDurablyOnTheLoopbackAddressToAnOrdinaryRole() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(place(), 0)) {
            assertThat(ask(postgres, "show fsync")).isEqualTo("on");
            assertThat(ask(postgres, "show synchronous_commit")).isEqualTo("on");
            assertThat(ask(postgres, "show server_encoding")).isEqualTo("UTF8");
            assertThat(ask(postgres, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(ask(postgres, "select current_user || ' ' || current_database()"))
                    .isEqualTo("tallyflow tallyflow");
            assertThat(ask(postgres, "select rolsuper from pg_roles where rolname = current_user"))
                    .isEqualTo("f");
        }
        assertThat(new Postmaster(place().directory()).running()).isEmpty();
    }

    @Test
    void keepsItsRowsWhenItIsStoppedAndStarted() throws Exception {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(place(), 0)) {
            write(postgres);
        }
        try (EmbeddedPostgres again = EmbeddedPostgres.start(place(), 0)) {
            assertThat(ask(again, "select word from kept")).isEqualTo("here");
        }
    }

    @Test
    void recoversWhenTheServerWasKilled() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.start(place(), 0);
        write(postgres);
        running().orElseThrow().destroyForcibly();

        try (EmbeddedPostgres again = EmbeddedPostgres.start(place(), 0)) {
            assertThat(ask(again, "select word from kept")).isEqualTo("here");
        }
    }

    @Test
    void takesOverServerThatKilledProcessLeftRunning() throws Exception {
        EmbeddedPostgres left = EmbeddedPostgres.start(place(), 0);
        write(left);
        ProcessHandle server = running().orElseThrow();

        try (EmbeddedPostgres again = EmbeddedPostgres.start(place(), left.port())) {
            assertThat(running().orElseThrow().pid()).isNotEqualTo(server.pid());
            assertThat(ask(again, "select word from kept")).isEqualTo("here");
        }
        assertThat(running()).isEmpty();
    }

    @Test
    void isNotHinderedByPidFileWhoseNumberNowBelongsToAnotherProcess() throws Exception {
        EmbeddedPostgres.start(place(), 0).close();
        Path pidFile = place().directory().resolve("postmaster.pid");
        for (String stale : new String[] {ProcessHandle.current().pid() + "\n", "4194304\n", ""}) {
            Files.writeString(pidFile, stale);

            try (EmbeddedPostgres again = EmbeddedPostgres.start(place(), 0)) {
                assertThat(ask(again, "select 1")).isEqualTo("1");
            }
        }
    }

    @Test
    void namesTheOptionWhenThePortIsTaken() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> EmbeddedPostgres.start(place(), other.getLocalPort()))
                    .isInstanceOf(ServerFailure.class)
                    .hasMessageContaining("--postgres-port")
                    .hasMessageContaining(Integer.toString(other.getLocalPort()));
        }
        assertThat(running()).isEmpty();
    }

    @Test
    void doesNotRunWithoutThePasswordOfItsSuperuser() throws Exception {
        EmbeddedPostgres.start(place(), 0).close();
        Path password = directory.resolve("data.password");
        Files.delete(password);
        assertRefusesAndDoesNotRun(password + ": put the file back");
        Files.createDirectory(password);
        assertRefusesAndDoesNotRun("cannot be read (java.io.IOException: ");
        Files.delete(password);
        Files.writeString(password, "another");
        assertRefusesAndDoesNotRun("does not serve");
    }

    /** As a container is that was told to run as any number: the system has no such user. */
    @Test
    void saysWhatToDoForAUserThatTheSystemDoesNotKnow() throws Exception {
        Path real = PostgresSoftware.unpack(SOFTWARE);
        Path home = directory.resolve("software").resolve(real.getParent().getFileName());
        Path bin = Files.createDirectories(home.resolve("bin"));
        program(bin.resolve("postgres"), "exec '" + real.resolve("postgres") + "' \"$@\"");
        program(
                bin.resolve("initdb"),
                "echo 'initdb: could not look up effective user ID 4711: user does not exist'",
                "exit 1");
        ServerFiles place =
                new ServerFiles(
                        directory.resolve("data"),
                        directory.resolve("software"),
                        directory.resolve("postgres.log"));

        assertThatThrownBy(() -> EmbeddedPostgres.start(place, 0))
                .isInstanceOf(ServerFailure.class)
                .hasMessageStartingWith(
                        "Postgres's directory "
                                + place.directory().toAbsolutePath()
                                + " cannot be made: ")
                .hasMessageContaining("user ID 4711")
                .hasMessageEndingWith(
                        "Postgres needs a user that /etc/passwd knows: run as one, or name a"
                                + " Postgres server with --postgres-url");
        assertThat(place.directory()).doesNotExist();
    }

    private static void program(Path file, String... lines) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private void assertRefusesAndDoesNotRun(String why) {
        assertThatThrownBy(() -> EmbeddedPostgres.start(place(), 0))
                .isInstanceOf(ServerFailure.class)
                .hasMessageContaining(why);
        assertThat(running()).isEmpty();
    }

    private ServerFiles place() {
        return new ServerFiles(
                directory.resolve("data"), SOFTWARE, directory.resolve("logs/postgres.log"));
    }

    private Optional<ProcessHandle> running() {
        return new Postmaster(place().directory()).running();
    }

    private static void write(EmbeddedPostgres postgres) throws SQLException {
        try (Connection connection = connect(postgres);
                Statement statement = connection.createStatement()) {
            statement.execute("create table kept as select 'here' as word");
        }
    }

    private static String ask(EmbeddedPostgres postgres, String question) throws SQLException {
        try (Connection connection = connect(postgres)) {
            return new Question<>(question, row -> row.getString(1)).one(connection);
        }
    }

    private static Connection connect(EmbeddedPostgres postgres) throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), null);
    }
}
