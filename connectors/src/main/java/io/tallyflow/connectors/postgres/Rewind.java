package io.tallyflow.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the results back to an earlier commit. It runs inside the transaction of the first commit
 * that follows the target, because only that commit carries all open windows again: a reader sees
 * the results before the rewind or after it, never with rows missing.
 */
final class Rewind {

    private static final Logger LOG = LoggerFactory.getLogger(Rewind.class);

    private static final String[] FORGET = {
        "delete from tallyflow.usage_row where commit > ?",
        "delete from tallyflow.adjustment where commit > ?",
        "delete from tallyflow.distinct_value where commit > ?"
    };

    private static final String ABANDON =
            """
            update tallyflow.ledger_history set abandoned_in_epoch = ?
            where pipeline = ? and commit > ? and abandoned_in_epoch is null
            """;

    private static final String RECORD =
            """
            insert into tallyflow.rewind (pipeline, epoch, from_epoch, from_commit, to_commit, at)
            values (?, ?, ?, ?, ?, now())
            """;

    private final Connection connection;
    private final String pipeline;

    Rewind(Connection connection, String pipeline) {
        this.connection = connection;
        this.pipeline = pipeline;
    }

    /**
     * Forgets what came after the target.
     *
     * @param target the ledger as it stood then
     * @param present the ledger as it stands now
     * @return the ledger as it stood then, in a new epoch; still to be written
     */
    Ledger back(Ledger target, Ledger present) throws SQLException {
        long epoch = present.epoch() + 1;
        // First: the database lets nothing be deleted of a commit that is not taken back.
        execute(ABANDON, epoch, pipeline, target.commit());
        for (String forget : FORGET) {
            execute(forget, target.commit());
        }
        execute(RECORD, pipeline, epoch, present.epoch(), present.commit(), target.commit());
        LOG.warn(
                "Rewinding the results of pipeline {} from commit {} to commit {}; epoch {} begins",
                pipeline,
                present.commit(),
                target.commit(),
                epoch);
        return target.inEpoch(epoch);
    }

    private void execute(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
