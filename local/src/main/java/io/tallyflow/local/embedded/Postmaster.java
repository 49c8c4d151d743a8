package io.tallyflow.local.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds and ends Postgres processes that an earlier run left on a data directory. A process counts
 * only if it stands on that very directory: the number in {@code postmaster.pid} alone may by now
 * belong to anybody.
 */
final class Postmaster {

    private static final Duration LAST_BREATH = Duration.ofSeconds(10);

    /** In which Java reads the names of files. */
    private static final Charset OF_NAMES =
            Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));

    private final Path data;
    private final Path pidFile;

    /**
     * @param data the server's data directory; must exist
     */
    Postmaster(Path data) {
        try {
            this.data = data.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.pidFile = this.data.resolve("postmaster.pid");
    }

    /** The server that runs on the directory, if one does. */
    Optional<ProcessHandle> running() {
        return pidInFile().flatMap(ProcessHandle::of).filter(this::isOurs);
    }

    /**
     * Ends every process that still stands on the directory, without asking, and removes the pid
     * file, which then says nothing true. The server recovers from its log at the next start.
     */
    void clearAway() {
        long deadline = System.nanoTime() + LAST_BREATH.toNanos();
        for (List<ProcessHandle> left = onDirectory(); !left.isEmpty(); left = onDirectory()) {
            left.forEach(ProcessHandle::destroyForcibly);
            if (System.nanoTime() - deadline > 0) {
                throw new ServerFailure(
                        "process "
                                + left.get(0).pid()
                                + " holds Postgres's directory "
                                + data
                                + " and does not end: end it and start again");
            }
            pause();
        }
        try {
            Files.deleteIfExists(pidFile);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Long> pidInFile() {
        try (Stream<String> lines = Files.lines(pidFile)) {
            return lines.findFirst()
                    .map(String::strip)
                    .filter(line -> line.matches("[1-9][0-9]{0,9}"))
                    .map(Long::valueOf);
        } catch (NoSuchFileException none) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<ProcessHandle> onDirectory() {
        return ProcessHandle.allProcesses().filter(this::isOurs).toList();
    }

    private boolean isOurs(ProcessHandle process) {
        Path proc = Path.of("/proc", Long.toString(process.pid()));
        return standsOnData(proc) || wasStartedOnData(proc);
    }

    /** Every Postgres process makes the data directory its own working directory. */
    private boolean standsOnData(Path proc) {
        try {
            return Files.readSymbolicLink(proc.resolve("cwd")).equals(data) && isPostgres(proc);
        } catch (IOException goneOrNotOurs) {
            return false;
        }
    }

    /** Readable even where the working directory is not: {@code postgres -D data}. */
    private boolean wasStartedOnData(Path proc) {
        try {
            List<String> arguments = commandLine(proc);
            int directory = arguments.indexOf("-D") + 1;
            return directory > 0
                    && directory < arguments.size()
                    && arguments.get(0).endsWith("postgres")
                    && Path.of(arguments.get(directory)).equals(data);
        } catch (IOException gone) {
            return false;
        }
    }

    /** A shell that somebody left standing in the directory is not ours to end. */
    private static boolean isPostgres(Path proc) throws IOException {
        return commandLine(proc).get(0).contains("postgres");
    }

    private static List<String> commandLine(Path proc) throws IOException {
        String all = new String(Files.readAllBytes(proc.resolve("cmdline")), OF_NAMES);
        return Arrays.asList(all.split("\0"));
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ServerFailure("interrupted while waiting for Postgres to end", e);
        }
    }
}
