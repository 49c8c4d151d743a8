package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.commit.CommitName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** A commit of pipeline p in the ledger and its history, without rows. */
public final class MadeCommit {

    private static final String LEDGER =
            """
            insert into tallyflow.ledger (pipeline, commit, checkpoint, consumed, metered)
            values ('p', ?, ?, ?, ?)
            on conflict (pipeline) do update set commit = excluded.commit,
                checkpoint = excluded.checkpoint, consumed = excluded.consumed, metered = excluded.metered
            """;

    private static final String HISTORY =
            """
            insert into tallyflow.ledger_history (pipeline, epoch, commit, token, checkpoint,
                prev_token, prev_checkpoint, committed_at, watermark, offsets, consumed, metered,
                unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored, reasons)
            values ('p', 0, ?, ?, ?, 0, 0, now(), ?, '{}', ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, '{}')
            """;

    private MadeCommit() {}

    /**
     * Makes it.
     *
     * @param number of the commit
     * @param accepted events so far
     */
    public static void make(
            Connection connection,
            long number,
            CommitName name,
            long accepted,
            @Nullable Instant watermark)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LEDGER)) {
            statement.setLong(1, number);
            statement.setLong(2, name.checkpoint());
            statement.setLong(3, accepted);
            statement.setLong(4, accepted);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(HISTORY)) {
            statement.setLong(1, number);
            statement.setLong(2, name.token());
            statement.setLong(3, name.checkpoint());
            statement.setObject(4, watermark == null ? null : watermark.atOffset(ZoneOffset.UTC));
            statement.setLong(5, accepted);
            statement.setLong(6, accepted);
            statement.executeUpdate();
        }
    }
}
