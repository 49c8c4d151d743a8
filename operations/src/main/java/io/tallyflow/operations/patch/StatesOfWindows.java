package io.tallyflow.operations.patch;

import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.PatchWindow;
import io.tallyflow.connectors.postgres.patch.WindowState;
import io.tallyflow.connectors.postgres.patch.WindowStates;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Looks which of very many windows can be counted again. */
public final class StatesOfWindows {

    private static final int WINDOWS_AT_ONCE = 1_000;

    private StatesOfWindows() {}

    /**
     * Looks, in short transactions.
     *
     * @param connection outside of a transaction, and so afterwards
     * @param windows each once
     * @param commit that the lake stands for
     */
    public static Map<PatchWindow, WindowState> of(
            Connection connection, Collection<PatchWindow> windows, long commit)
            throws SQLException {
        List<PatchWindow> all = List.copyOf(windows);
        PatchTable patches = new PatchTable(connection);
        Map<PatchWindow, WindowState> states = new HashMap<>();
        for (int from = 0; from < all.size(); from += WINDOWS_AT_ONCE) {
            List<PatchWindow> some =
                    all.subList(from, Math.min(from + WINDOWS_AT_ONCE, all.size()));
            PostgresSession.pin(connection);
            patches.lookUpByKeys();
            List<WindowState> found = WindowStates.of(connection, some, commit);
            connection.rollback();
            for (int i = 0; i < some.size(); i++) {
                states.put(some.get(i), found.get(i));
            }
        }
        return states;
    }
}
