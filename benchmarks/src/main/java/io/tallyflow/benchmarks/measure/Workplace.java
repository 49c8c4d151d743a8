package io.tallyflow.benchmarks.measure;

import io.tallyflow.connectors.directory.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Callable;

/**
 * A temporary directory, and everything that runs in it. Ends with the process that made it, also
 * on Ctrl-C: what was started last stops first, and then the directory is removed.
 */
public final class Workplace implements AutoCloseable {

    private final Path directory;
    private final Thread atExit = new Thread(this::end, "end of the workplace");
    private final Deque<AutoCloseable> started = new ArrayDeque<>();
    private boolean over;

    private Workplace(Path directory) {
        this.directory = directory;
    }

    /** Makes one below the system's directory for temporary files. */
    public static Workplace open() {
        try {
            Workplace workplace = new Workplace(Files.createTempDirectory("tallyflow-benchmark-"));
            Runtime.getRuntime().addShutdownHook(workplace.atExit);
            return workplace;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A directory in it, made if it is not there. */
    public Path directory(String name) {
        return Directories.make(directory.resolve(name));
    }

    /** Starts something that ends with the workplace, unless {@link #stop} ends it before. */
    public synchronized <T extends AutoCloseable> T start(Callable<T> starting) {
        if (over) {
            throw new MeasureException("stopped");
        }
        try {
            T part = starting.call();
            started.push(part);
            return part;
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new MeasureException(e.toString(), e);
        }
    }

    /** Ends what was started. */
    public synchronized void stop(AutoCloseable part) {
        if (started.remove(part)) {
            close(part);
        }
    }

    private static void close(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            throw new MeasureException("did not stop cleanly: " + e, e);
        }
    }

    /** Ends everything and removes the directory. */
    @Override
    public void close() {
        end();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // It is the end already.
        }
    }

    private synchronized void end() {
        if (over) {
            return;
        }
        over = true;
        RuntimeException first = null;
        while (!started.isEmpty()) {
            try {
                close(started.pop());
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        Directories.delete(directory);
        if (first != null) {
            throw first;
        }
    }
}
