package io.tallyflow.operations.counting;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.results.Question;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Whether the lake holds every event that was accepted. On a quiet system it gets no batch for the
 * last commits, and needs none.
 */
public final class WholeLake {

    /** Nothing was accepted yet, or the lake holds as many as were, and is of their epoch. */
    private static final Question<Boolean> IS_WHOLE =
            new Question<>(
                    """
                    select coalesce(sum(l.metered + l.unmatched), 0) = ?
                        and coalesce(max(l.epoch) = ? or max(l.metered + l.unmatched) = 0, true)
                    from tallyflow.ledger l
                    """,
                    row -> row.getBoolean(1));

    private WholeLake() {}

    /** Whether a view holds all that the ledger counts as accepted now. */
    public static boolean isSeen(Connection connection, LakeView view) throws SQLException {
        return IS_WHOLE.one(connection, view.rows(LakeTable.EVENTS), view.epoch());
    }
}
