package io.tallyflow.operations.run;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.run.Uncounted;
import io.tallyflow.results.Question;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Whether the lake holds all events that were accepted before a version was counted. It does once
 * it has a batch of the commit that registered the version or of a later one. On a quiet system it
 * has none for a long time, and needs none: then it holds as many events as had been accepted.
 */
final class LakeReadiness {

    private static final Question<Boolean> IS_AT_CUT =
            new Question<>(
                    """
                    select exists (
                        select from tallyflow.ledger_history h
                        where h.token = ? and h.checkpoint = ? and h.abandoned_in_epoch is null
                          and h.commit >= ?)
                    """,
                    row -> row.getBoolean(1));

    private static final Question<Long> ACCEPTED =
            new Question<>(
                    """
                    select h.metered + h.unmatched from tallyflow.ledger_history h
                    where h.commit >= ? and h.abandoned_in_epoch is null
                      and ? = (select max(l.epoch) from tallyflow.ledger l)
                    order by h.commit limit 1
                    """,
                    row -> row.getLong(1));

    private LakeReadiness() {}

    static boolean isReady(Connection connection, LakeView view, Uncounted counts)
            throws SQLException {
        if (IS_AT_CUT.one(
                connection, view.batch().token(), view.batch().checkpoint(), counts.cutCommit())) {
            return true;
        }
        // A lake that was not rewound with the ledger may hold as many, and others.
        Long accepted = ACCEPTED.first(connection, counts.cutCommit(), view.epoch());
        return accepted != null && accepted == view.rows(LakeTable.EVENTS);
    }
}
