package io.tallyflow.connectors.postgres.patch;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Looks whether windows can be counted again, within the transaction of a connection. */
public final class WindowStates {

    // Rows of a run that totals do not show are none of the window's.
    private static final String STATES =
            """
            select
                exists (
                    select from tallyflow.cell c
                    join tallyflow.usage_row u
                        on u.cell = c.cell and u.window_start = w.window_start
                    join tallyflow.layer l on l.layer = u.layer and (l.kind = 'stream' or l.shown)
                    where c.layer = w.layer and c.subject = w.subject and not u.settled
                      -- Of a run the time says it.
                      and (not tallyflow.is_of_run(u.shard) or coalesce(
                        w.window_start + (
                            select tallyflow.grain(d.window_size) from tallyflow.layer s
                            join tallyflow.meter_definition d on d.slug = s.slug
                            where s.layer = w.layer)
                        > (select min(g.settled_until) from tallyflow.ledger g), true))),
                exists (
                    select from tallyflow.cell c
                    join tallyflow.usage_row u
                        on u.cell = c.cell and u.window_start = w.window_start
                    join tallyflow.layer l on l.layer = u.layer and (l.kind = 'stream' or l.shown)
                    where c.layer = w.layer and c.subject = w.subject and u.commit > ?)
                or w.keeps_values and exists (
                    select from tallyflow.cell c
                    join tallyflow.adjustment_row a
                        on a.cell = c.cell and a.window_start = w.window_start
                    where c.layer = w.layer and c.subject = w.subject and a.commit > ?)
            from unnest(?::integer[], ?::text[], ?::timestamptz[], ?::boolean[])
                with ordinality w (layer, subject, window_start, keeps_values, place)
            order by w.place
            """;

    private WindowStates() {}

    /**
     * Looks.
     *
     * @param commit that the lake stands for
     * @return in the order of the windows
     */
    public static List<WindowState> of(
            Connection connection, List<PatchWindow> windows, long commit) throws SQLException {
        List<WindowState> states = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(STATES)) {
            statement.setLong(1, commit);
            statement.setLong(2, commit);
            WindowColumns.bind(statement, 3, windows);
            statement.setArray(
                    6,
                    connection.createArrayOf(
                            "boolean", windows.stream().map(PatchWindow::keepsValues).toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    states.add(state(row.getBoolean(1), row.getBoolean(2)));
                }
            }
        }
        return states;
    }

    private static WindowState state(boolean isOpen, boolean isAhead) {
        if (isOpen) {
            return WindowState.OPEN;
        }
        return isAhead ? WindowState.AHEAD_OF_LAKE : WindowState.READY;
    }
}
