package io.tallyflow.operations.patch;

import io.tallyflow.connectors.postgres.patch.PatchTable;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

/** One process patches at a time. */
public final class PatchTurn {

    private static final long PAUSE_MILLIS = 200;

    private PatchTurn() {}

    /**
     * Waits until nobody else patches; then nobody does as long as the connection is open.
     *
     * @param connection that commits by itself
     * @return false if somebody still does when patience is at its end
     */
    public static boolean await(Connection connection, Duration patience)
            throws SQLException, InterruptedException {
        PatchTable patches = new PatchTable(connection);
        long deadline = System.nanoTime() + patience.toNanos();
        boolean alone = patches.patchAlone();
        while (!alone && System.nanoTime() - deadline < 0) {
            Thread.sleep(PAUSE_MILLIS);
            alone = patches.patchAlone();
        }
        return alone;
    }
}
