package io.tallyflow.connectors.postgres.query;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Records resets as the command does, and asks for what came since. */
final class ResetRows {

    private static final String SAVEPOINT =
            """
            insert into tallyflow.savepoint (path, pipeline, checkpoint, after_epoch, after_commit,
                job, format, stopped, taken_by)
            values ('file:/savepoint', 'metering', 1, 0, 0, 'job', 'CANONICAL', false, 'ann')
            on conflict do nothing
            """;

    private static final String RECORD =
            """
            insert into tallyflow.reset (id, meter, subject, requested, savepoint, recorded_by,
                recorded_at)
            values (?, ?, ?, ?, 'file:/savepoint', 'ann', clock_timestamp())
            """;

    private static final String UNDO =
            "update tallyflow.reset set undone_at = now(), undone_by = 'bob' where id = ?";

    private static final String SINCE = "select tallyflow.usage_since_reset(?, ?, ?)";

    private final Connection connection;

    ResetRows(Connection connection) {
        this.connection = connection;
    }

    void record(String id, String meter, @Nullable String subject, Instant requested)
            throws SQLException {
        try (PreparedStatement savepoint = connection.prepareStatement(SAVEPOINT);
                PreparedStatement reset = connection.prepareStatement(RECORD)) {
            savepoint.executeUpdate();
            reset.setString(1, id);
            reset.setString(2, meter);
            reset.setString(3, subject);
            reset.setObject(4, requested.atOffset(ZoneOffset.UTC));
            reset.executeUpdate();
        }
    }

    void undo(String id) throws SQLException {
        try (PreparedStatement undo = connection.prepareStatement(UNDO)) {
            undo.setString(1, id);
            undo.executeUpdate();
        }
    }

    /**
     * @param at null for all usage there is
     */
    @Nullable BigDecimal usageSince(String meter, @Nullable String subject, @Nullable Instant at)
            throws SQLException {
        try (PreparedStatement question = connection.prepareStatement(SINCE)) {
            question.setString(1, meter);
            question.setString(2, subject);
            if (at == null) {
                question.setNull(3, Types.TIMESTAMP_WITH_TIMEZONE);
            } else {
                question.setObject(3, at.atOffset(ZoneOffset.UTC));
            }
            try (ResultSet row = question.executeQuery()) {
                row.next();
                return row.getBigDecimal(1);
            }
        }
    }
}
