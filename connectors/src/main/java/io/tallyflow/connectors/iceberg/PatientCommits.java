package io.tallyflow.connectors.iceberg;

import io.tallyflow.connectors.commit.SinkRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for a catalog that is away. A batch is recognised by its name, so trying again is safe. */
final class PatientCommits {

    private static final Logger LOG = LoggerFactory.getLogger(PatientCommits.class);
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final LakeCommitter committer;
    private final Duration patience;

    PatientCommits(LakeCommitter committer, Duration patience) {
        this.committer = committer;
        this.patience = patience;
    }

    /** Puts a batch into the tables, however long the catalog stays away. */
    void applyWhenever(LakeBatch batch) throws IOException, InterruptedException {
        patiently(
                () -> {
                    committer.apply(batch);
                    return true;
                },
                FOREVER);
    }

    /** As {@link LakeCommitter#follows}. */
    boolean follows(LakeBatch batch) throws IOException, InterruptedException {
        return patiently(() -> committer.follows(batch), patience);
    }

    /**
     * Puts a batch into the tables.
     *
     * @throws IOException if the catalog stayed away longer than the patience
     * @throws InterruptedException if the task is being cancelled
     */
    void apply(LakeBatch batch) throws IOException, InterruptedException {
        patiently(
                () -> {
                    committer.apply(batch);
                    return true;
                },
                patience);
    }

    /** As {@link LakeCommitter#checkStart}. */
    boolean checkStart(boolean restored, CommitName state)
            throws IOException, InterruptedException {
        return patiently(() -> committer.checkStart(restored, state), patience);
    }

    private static boolean patiently(Callable<Boolean> action, Duration limit)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE_MILLIS;
        boolean troubled = false;
        while (true) {
            try {
                boolean result = action.call();
                if (troubled) {
                    LOG.info("The lake's catalog answers again");
                }
                return result;
            } catch (SinkRefusedException e) {
                throw e;
            } catch (Exception e) {
                if (System.nanoTime() - start > limit.toNanos()) {
                    throw new IOException(
                            "the lake could not be reached within " + limit + ": " + e, e);
                }
                if (!troubled) {
                    LOG.warn("Trouble with the lake, trying again: {}", e, e);
                    troubled = true;
                }
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }
}
