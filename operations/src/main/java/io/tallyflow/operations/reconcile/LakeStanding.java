package io.tallyflow.operations.reconcile;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.PatchTable.Standing;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestFailedException;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The lake as it is now.
 *
 * @param commit that it stands for
 * @param accepted how many events had been accepted then
 */
record LakeStanding(LakeView view, long commit, long accepted) {

    private static final Question<Long> ACCEPTED =
            new Question<>(
                    """
                    select h.metered + h.unmatched from tallyflow.ledger_history h
                    where h.commit = ? and h.abandoned_in_epoch is null
                    """,
                    row -> row.getLong(1));

    /**
     * Reads it.
     *
     * @throws RequestFailedException if it stands for no commit that counts as made
     */
    static LakeStanding read(Lake lake, Connection connection) throws SQLException {
        LakeView view = LakeView.of(lake);
        if (view.isEmpty()) {
            throw new RequestFailedException(
                    "the lake holds nothing yet: see that the job runs and writes to it");
        }
        Standing standing = standing(connection, view);
        if (standing == null) {
            throw new RequestFailedException(
                    "the lake stands at a batch that is no commit any more, as after a rewind: see"
                            + " that the job runs and writes to it, and ask again");
        }
        Long accepted = ACCEPTED.first(connection, standing.commit());
        return new LakeStanding(view, standing.commit(), accepted == null ? 0 : accepted);
    }

    /** Whether nothing of it was taken back since. */
    boolean stands(Connection connection) throws SQLException {
        return standing(connection, view) != null;
    }

    /** How many events it holds. */
    long events() {
        return view.rows(LakeTable.EVENTS);
    }

    private static @Nullable Standing standing(Connection connection, LakeView view)
            throws SQLException {
        return new PatchTable(connection)
                .standing(view.batch().token(), view.batch().checkpoint(), view.epoch());
    }
}
