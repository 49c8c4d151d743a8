package io.tallyflow.cli.servers;

import io.tallyflow.jobs.metering.Option;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The first commit of a start: with it the meters are in force, and from then on results can be
 * asked for.
 *
 * @param after the ledger's commit and epoch before the start, as one text
 */
record FirstCommit(PostgresAddress postgres, String after) {

    private static final long POLL_MILLIS = 50;

    private static final Question<String> POSITION =
            new Question<>(
                    """
            select coalesce(max(epoch || '.' || commit), 'none') from tallyflow.progress
            where pipeline = ?
            """,
                    row -> row.getString(1));

    /** Of a job that is still to be started. */
    static FirstCommit following(PostgresAddress postgres) {
        try {
            return new FirstCommit(postgres, position(postgres));
        } catch (SQLException e) {
            throw new RequestFailedException("Postgres cannot be asked: " + e.getMessage(), e);
        }
    }

    private static String position(PostgresAddress postgres) throws SQLException {
        try (Connection connection = postgres.connect()) {
            return POSITION.one(connection, Option.PIPELINE.defaultValue());
        }
    }

    /**
     * Waits for it. A Postgres that cannot be asked for a while, as while it starts anew, is asked
     * again.
     *
     * @param ended completes when the job ends
     */
    void await(Duration patience, CompletableFuture<Void> ended) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            SQLException trouble = null;
            try {
                if (!position(postgres).equals(after)) {
                    return;
                }
            } catch (SQLException e) {
                trouble = e;
            }
            if (System.nanoTime() - deadline > 0) {
                throw tooLate(patience, trouble);
            }
            try {
                ended.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
                throw new RequestFailedException("the job ended before its first commit");
            } catch (TimeoutException stillRunning) {
                // As it should.
            } catch (ExecutionException e) {
                throw new RequestFailedException("the job failed: " + FirstCause.of(e), e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new RequestFailedException("interrupted while waiting for the first commit");
            }
        }
    }

    private static RequestFailedException tooLate(
            Duration patience, @Nullable SQLException trouble) {
        String late = "the job has committed nothing after " + patience.toSeconds() + " s";
        return trouble == null
                ? new RequestFailedException(late)
                : new RequestFailedException(
                        late + ": Postgres cannot be asked: " + trouble.getMessage(), trouble);
    }
}
