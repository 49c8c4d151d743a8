package io.tallyflow.operations.voids;

import io.tallyflow.operations.voids.Correction.Outcome;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.status.ReadRecords;
import io.tallyflow.results.status.TopicWatch;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Applies voids and waits: for the job to read what is in the topic, for the lake to hold it, and
 * for whatever can be applied then. Not for windows to settle, which may take a day.
 */
public final class PatientCorrection {

    private static final long PAUSE_MILLIS = 200;

    private static final Question<Long> COMMIT =
            new Question<>(
                    "select coalesce(max(commit), 0) from tallyflow.ledger", row -> row.getLong(1));

    private final Correction correction;
    private final PostgresAddress postgres;
    private final long deadlineNanos;
    private final Duration patience;

    public PatientCorrection(Correction correction, PostgresAddress postgres, Duration patience) {
        this.correction = correction;
        this.postgres = postgres;
        this.patience = patience;
        this.deadlineNanos = System.nanoTime() + patience.toNanos();
    }

    /**
     * Waits for what is in the topic now, and applies.
     *
     * @return all that was applied, and what waits in the end
     * @throws RequestFailedException if it takes longer than the patience, or somebody does not
     *     answer
     */
    public Outcome run(TopicWatch topic) {
        try (Connection connection = postgres.connect()) {
            if (topic.isAsked()) {
                awaitCommit(connection, topic);
            }
            connection.setAutoCommit(true);
            return apply(COMMIT.one(connection));
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestFailedException("ended before all voids were applied", e);
        }
    }

    private void awaitCommit(Connection connection, TopicWatch topic)
            throws SQLException, InterruptedException {
        ReadRecords records = new ReadRecords(topic);
        if (records.problem() != null) {
            throw new RequestFailedException(records.problem());
        }
        while (!records.areCommitted(connection)) {
            pause("the job has not read all records of the topic");
        }
    }

    private Outcome apply(long commit) throws InterruptedException {
        int applied = 0;
        List<Long> patches = new ArrayList<>();
        while (true) {
            Outcome outcome = correction.run(patience);
            applied += outcome.applied();
            patches.addAll(outcome.patches());
            Long standing = outcome.commit();
            boolean isThere = outcome.isWhole() || standing != null && standing >= commit;
            if (isThere && outcome.waitForLake() == 0) {
                return new Outcome(
                        standing,
                        outcome.isWhole(),
                        applied,
                        patches,
                        outcome.waitForEvent(),
                        outcome.waitForWindows(),
                        0);
            }
            pause("the lake does not hold commit " + commit);
        }
    }

    private void pause(String what) throws InterruptedException {
        if (System.nanoTime() - deadlineNanos > 0) {
            throw new RequestFailedException(
                    "after "
                            + patience.toSeconds()
                            + " s "
                            + what
                            + ": see that the job runs and writes to the lake, and ask again");
        }
        Thread.sleep(PAUSE_MILLIS);
    }
}
