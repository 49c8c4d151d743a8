package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.commit.LakeCommitter.NumberedBatch;
import io.tallyflow.connectors.iceberg.table.LakeTrouble;
import io.tallyflow.connectors.iceberg.table.Position;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Waits until the ledger has made a batch's commit, and for a ledger or a catalog that is away. A
 * batch is recognised by its name, so trying again is safe.
 */
final class PatientCommits {

    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final long FIRST_LOOK_MILLIS = 20;
    private static final long LONGEST_LOOK_MILLIS = 1_000;
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final LakeCommitter committer;
    private final LedgerPlaces ledger;
    private final Duration patience;
    private final LakeTrouble trouble;
    private volatile boolean givenUp;

    PatientCommits(
            LakeCommitter committer, LedgerPlaces ledger, Duration patience, LakeTrouble trouble) {
        this.committer = committer;
        this.ledger = ledger;
        this.patience = patience;
        this.trouble = trouble;
    }

    /**
     * Puts a batch into the tables once the ledger has made its commit, however long that takes and
     * the catalog stays away.
     *
     * @throws SinkRefusedException if the ledger has taken the commit back, or a table does not
     *     stand where the batch follows
     * @throws InterruptedException if the task is being cancelled
     */
    void applyWhenever(LakeBatch batch) throws IOException, InterruptedException {
        CommitName start = batch.start();
        Position own = made(batch.name());
        NumberedBatch made = new NumberedBatch(batch, own, start == null ? null : made(start));
        patiently(
                () -> {
                    committer.apply(made);
                    return made;
                },
                FOREVER);
    }

    /** Whatever is being tried is not tried again. */
    void giveUp() {
        givenUp = true;
        committer.giveUp();
    }

    /** Where a commit stands, as soon as it is made. */
    private Position made(CommitName name) throws IOException, InterruptedException {
        long pause = FIRST_LOOK_MILLIS;
        while (true) {
            Position found = patiently(() -> ledger.find(name), FOREVER);
            if (found != null) {
                return found;
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_LOOK_MILLIS);
        }
    }

    /**
     * As {@link LakeStart#check}; then the tables are there.
     *
     * @throws IOException if ledger or catalog stayed away longer than the patience
     */
    void begin(LakeStart start, @Nullable LakeState state)
            throws IOException, InterruptedException {
        patiently(
                () -> {
                    if (state == null) {
                        start.checkFresh();
                    } else {
                        start.check(state);
                    }
                    start.makeTables();
                    return start;
                },
                patience);
    }

    private <T> @Nullable T patiently(Callable<@Nullable T> action, Duration limit)
            throws IOException, InterruptedException {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE_MILLIS;
        while (!givenUp) {
            try {
                T result = action.call();
                trouble.over();
                return result;
            } catch (SinkRefusedException | InterruptedException e) {
                throw e;
            } catch (Exception e) {
                if (System.nanoTime() - start > limit.toNanos()) {
                    throw new IOException(
                            "the lake could not be reached within " + limit + ": " + e, e);
                }
                trouble.failed(e);
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
        throw new InterruptedException("the task has ended");
    }
}
