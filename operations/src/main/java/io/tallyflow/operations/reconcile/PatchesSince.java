package io.tallyflow.operations.reconcile;

import io.tallyflow.connectors.postgres.patch.PatchWindow;
import io.tallyflow.results.Question;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Patches that were made since some moment: of what they have counted again, other events count now
 * than did then.
 *
 * @param last number of the last run that had been begun
 * @param underWay those that had been begun and not made
 */
record PatchesSince(long last, List<Long> underWay) {

    private static final Question<Long> LAST =
            new Question<>(
                    "select coalesce(max(c.run), 0) from tallyflow.counting_run c",
                    row -> row.getLong(1));

    private static final Question<Long> UNDER_WAY =
            new Question<>(
                    """
                    select c.run from tallyflow.counting_run c
                    where c.kind in ('patch', 'repair') and c.state = 'running'
                    """,
                    row -> row.getLong(1));

    private static final Question<PatchWindow> WINDOWS =
            new Question<>(
                    """
                    select w.layer, w.subject, w.window_start,
                        tallyflow.keeps(d.aggregation, 'values') as keeps_values
                    from tallyflow.patch_window w
                    join tallyflow.counting_run c on c.run = w.run and c.state = 'shown'
                    join tallyflow.layer l on l.layer = w.layer
                    join tallyflow.meter_definition d on d.slug = l.slug
                    where w.window_start >= ? and w.window_start < ?
                      and (w.run > ? or w.run = any (?))
                    """,
                    row ->
                            new PatchWindow(
                                    row.getInt(1),
                                    row.getString(2),
                                    row.getObject(3, OffsetDateTime.class)
                                            .toInstant()
                                            .toEpochMilli(),
                                    row.getBoolean(4)));

    /** Those that will be made from now on. */
    static PatchesSince now(Connection connection) throws SQLException {
        return new PatchesSince(LAST.one(connection), UNDER_WAY.all(connection));
    }

    /** The windows that they have counted again. */
    Set<PatchWindow> of(Connection connection, WindowRange range) throws SQLException {
        return new HashSet<>(
                WINDOWS.all(
                        connection,
                        range.from(),
                        range.to(),
                        last,
                        connection.createArrayOf("bigint", underWay.toArray())));
    }
}
