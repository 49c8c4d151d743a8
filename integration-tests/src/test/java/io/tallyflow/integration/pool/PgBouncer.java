package io.tallyflow.integration.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tallyflow.local.embedded.Ports;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The system's own PgBouncer in transaction mode, before a server that trusts whoever comes.
 *
 * <p>Where there is none the test is skipped, unless the environment says {@code
 * TALLYFLOW_TEST_PGBOUNCER=required}, as continuous integration does.
 */
final class PgBouncer implements AutoCloseable {

    private static final List<String> PLACES = List.of("/usr/sbin", "/usr/bin", "/usr/local/bin");

    private final Path directory;
    private final int port = Ports.free();
    private Process process;

    /**
     * Starts it.
     *
     * @param server port of the Postgres
     * @param sessions how many the pool of {@code tallyflow} has; that of {@code alone} has one
     */
    PgBouncer(Path directory, int server, int sessions) throws Exception {
        this.directory = Files.createDirectories(directory);
        Files.writeString(
                directory.resolve("pgbouncer.ini"),
                """
                [databases]
                tallyflow = host=127.0.0.1 port=%1$d dbname=tallyflow pool_size=%2$d
                alone = host=127.0.0.1 port=%1$d dbname=tallyflow pool_size=1
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %3$d
                unix_socket_dir =
                auth_type = trust
                auth_file = %4$s
                pool_mode = transaction
                ignore_startup_parameters = extra_float_digits
                """
                        .formatted(server, sessions, port, users()));
        start();
    }

    private Path users() throws IOException {
        return Files.writeString(directory.resolve("users.txt"), "\"tallyflow\" \"\"\n");
    }

    /** The program, or a skipped test. */
    static String program() {
        List<String> places =
                new ArrayList<>(List.of(System.getenv("PATH").split(File.pathSeparator)));
        places.addAll(PLACES);
        String found =
                places.stream()
                        .map(place -> Path.of(place, "pgbouncer"))
                        .filter(Files::isExecutable)
                        .map(Path::toString)
                        .findFirst()
                        .orElse("");
        if (System.getenv().getOrDefault("TALLYFLOW_TEST_PGBOUNCER", "").equals("required")) {
            assertThat(found).as("path of pgbouncer; apt-get install pgbouncer").isNotEmpty();
        }
        assumeTrue(!found.isEmpty(), "no pgbouncer here: apt-get install pgbouncer");
        return found;
    }

    private void start() throws Exception {
        List<String> command = new ArrayList<>();
        if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
            // It refuses to run as root: for root it is nobody, as the embedded Postgres is.
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(List.of(program(), directory.resolve("pgbouncer.ini").toString()));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("pgbouncer.log").toFile())
                        .start();
        process.getOutputStream().close();
        while (!answers()) {
            if (process.waitFor(50, TimeUnit.MILLISECONDS)) {
                throw new AssertionError(Files.readString(directory.resolve("pgbouncer.log")));
            }
        }
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Every connection is cut, to clients and to the server. */
    void restart() throws Exception {
        close();
        start();
    }

    /**
     * JDBC URL.
     *
     * @param pool {@code tallyflow}, or {@code alone} with its single session
     */
    String jdbcUrl(String pool) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + pool;
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
