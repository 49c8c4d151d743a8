package io.tallyflow.operations.imports;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.operations.counting.WholeLake;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * The lake as it is now, and until when it knows all that was accepted. What was accepted later is
 * known to the stream, if that was not too long ago.
 *
 * @param knowsUntil by the database's clock
 */
record LakeMoment(LakeView view, Instant knowsUntil) {

    /** What the stream remembers at least is days; a mark holds for hours after this. */
    static final Duration MOST_LAG = Duration.ofHours(6);

    private static final long PAUSE_MILLIS = 500;

    private static final Question<Instant> NOW = time("select now()");

    private static final Question<Instant> BATCH =
            time(
                    """
                    select h.committed_at from tallyflow.ledger_history h
                    where h.token = ? and h.checkpoint = ? and h.abandoned_in_epoch is null
                    order by h.commit desc limit 1
                    """);

    private static Question<Instant> time(String sql) {
        return new Question<>(sql, row -> row.getObject(1, OffsetDateTime.class).toInstant());
    }

    /** The database's clock. */
    static Instant now(Connection connection) throws SQLException {
        return NOW.one(connection);
    }

    /**
     * The lake, once what it lacks was accepted not too long ago.
     *
     * @param patience how long to wait for that
     * @throws RequestFailedException if it takes longer
     */
    static LakeMoment await(
            Lake lake, Connection connection, Duration patience, ImportListener listener)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (boolean first = true; true; first = false) {
            LakeView view = LakeView.of(lake);
            Instant now = now(connection);
            Instant known = knownUntil(connection, view, now);
            if (known != null && Duration.between(known, now).compareTo(MOST_LAG) <= 0) {
                return new LakeMoment(view, known);
            }
            if (System.nanoTime() - deadline > 0) {
                throw new RequestFailedException(
                        "the lake does not say which events were accepted: "
                                + (known == null
                                        ? "it stands at a batch that is no commit"
                                        : "it stands where the job was at " + known)
                                + ", and what came since cannot be told from what is new; see that"
                                + " the job runs and writes to it, and ask again");
            }
            if (first) {
                listener.waitsForLake();
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static @Nullable Instant knownUntil(Connection connection, LakeView view, Instant now)
            throws SQLException {
        return WholeLake.isSeen(connection, view)
                ? now
                : BATCH.first(connection, view.batch().token(), view.batch().checkpoint());
    }
}
