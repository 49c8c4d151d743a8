package io.tallyflow.cli.terminal;

import io.tallyflow.results.RequestFailedException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * What was started and must be stopped, last started first. May be ended from another thread while
 * something is starting: that is then waited for, and stopped too.
 */
public final class Lifetime implements AutoCloseable {

    private final Deque<AutoCloseable> parts = new ArrayDeque<>();
    private volatile boolean over;

    /**
     * Starts a part.
     *
     * @throws RequestFailedException if the end has come already
     */
    public synchronized <T extends AutoCloseable> T start(Supplier<T> starting) {
        if (over) {
            throw new RequestFailedException("stopped");
        }
        T part = starting.get();
        parts.push(part);
        return part;
    }

    /** Whether the end has come. */
    public boolean isOver() {
        return over;
    }

    /** Stops every part, even if stopping another one fails; the first failure is thrown. */
    @Override
    public void close() {
        over = true;
        stopAll();
    }

    private synchronized void stopAll() {
        RuntimeException first = null;
        while (!parts.isEmpty()) {
            try {
                parts.pop().close();
            } catch (Exception e) {
                if (first == null) {
                    first = new RequestFailedException("not everything stopped cleanly: " + e, e);
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
