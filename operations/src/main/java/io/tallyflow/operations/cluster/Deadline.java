package io.tallyflow.operations.cluster;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Asks again until there is an answer or the time is up. */
public final class Deadline {

    private static final long PAUSE_MILLIS = 200;

    private final long end;

    private Deadline(Duration patience) {
        this.end = System.nanoTime() + patience.toNanos();
    }

    /** From now on. */
    public static Deadline in(Duration patience) {
        return new Deadline(patience);
    }

    /** The first answer that is not null, or null when the time is up. */
    public <T> @Nullable T await(Supplier<@Nullable T> question) {
        while (true) {
            T answer = question.get();
            if (answer != null || System.nanoTime() - end > 0) {
                return answer;
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterFailure("interrupted", e);
        }
    }
}
