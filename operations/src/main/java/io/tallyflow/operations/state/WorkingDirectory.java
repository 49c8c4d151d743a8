package io.tallyflow.operations.state;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A directory for the files of one thread's work. It is gone when the work is done, and also when
 * the process is stopped in the middle of it: the thread is interrupted then, and has some seconds
 * to end what else makes files there.
 */
final class WorkingDirectory implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;
    private static final int MOST_ATTEMPTS = 20;

    private final Thread worker = Thread.currentThread();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread atExit = new Thread(this::stop, "delete working files");
    private @Nullable Path path;
    private boolean stopping;

    private WorkingDirectory() {}

    /**
     * Makes one below the system's directory for temporary files, for the calling thread.
     *
     * @throws RequestFailedException if the process is being stopped
     */
    static WorkingDirectory make() {
        WorkingDirectory directory = announced();
        directory.create();
        return directory;
    }

    /** One that will be removed, and is not made yet: it must not be there for a moment before. */
    static WorkingDirectory announced() {
        WorkingDirectory directory = new WorkingDirectory();
        try {
            Runtime.getRuntime().addShutdownHook(directory.atExit);
        } catch (IllegalStateException exiting) {
            throw stopped();
        }
        return directory;
    }

    synchronized Path create() {
        if (stopping) {
            throw stopped();
        }
        try {
            path = Files.createTempDirectory("tallyflow-state-");
            return path;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized Path path() {
        if (path == null) {
            throw new IllegalStateException("not made");
        }
        return path;
    }

    /** Whether the process is being stopped. */
    synchronized boolean isStopping() {
        return stopping;
    }

    /** What is said of work that was stopped. */
    static RequestFailedException stopped() {
        return new RequestFailedException("stopped");
    }

    /** Ends the work, and removes what is left of it. */
    void stop() {
        synchronized (this) {
            stopping = true;
            if (path == null) {
                return;
            }
        }
        worker.interrupt();
        try {
            closed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        delete();
    }

    @Override
    public void close() {
        delete();
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(atExit);
        } catch (IllegalStateException exiting) {
            // It runs already, and finds nothing.
        }
    }

    /** What ends may remove its own files at the same time. */
    private void delete() {
        Path directory = path();
        for (int attempt = 1; ; attempt++) {
            try {
                Directories.delete(directory);
                return;
            } catch (UncheckedIOException e) {
                if (attempt == MOST_ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
