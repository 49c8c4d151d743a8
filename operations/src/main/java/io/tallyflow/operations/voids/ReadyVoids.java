package io.tallyflow.operations.voids;

import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.connectors.postgres.patch.PatchWindow;
import io.tallyflow.connectors.postgres.patch.PendingVoid;
import io.tallyflow.connectors.postgres.patch.WindowState;
import io.tallyflow.operations.patch.PatchUnit;
import io.tallyflow.operations.patch.StatesOfWindows;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Voids that can be applied now, and how many cannot.
 *
 * @param nowhere keys of those whose event no version counts
 * @param windows of all others, with the versions that counted them
 * @param waitForWindows how many wait for a window to settle
 * @param waitForLake how many wait for the lake to catch up
 */
record ReadyVoids(
        List<UUID> nowhere,
        Map<PendingVoid, Map<PatchWindow, CountedVersion>> windows,
        int waitForWindows,
        int waitForLake) {

    /**
     * Looks.
     *
     * @param connection outside of a transaction, and so afterwards
     * @param commit that the lake stands for
     */
    static ReadyVoids of(
            Connection connection,
            List<PendingVoid> pending,
            List<CountedVersion> versions,
            long commit)
            throws SQLException {
        Map<PendingVoid, Map<PatchWindow, CountedVersion>> all = new LinkedHashMap<>();
        Set<PatchWindow> windows = new HashSet<>();
        for (PendingVoid one : pending) {
            Map<PatchWindow, CountedVersion> ofOne = PatchUnit.windowsOf(one, versions);
            all.put(one, ofOne);
            windows.addAll(ofOne.keySet());
        }
        return divided(all, StatesOfWindows.of(connection, windows, commit));
    }

    private static ReadyVoids divided(
            Map<PendingVoid, Map<PatchWindow, CountedVersion>> all,
            Map<PatchWindow, WindowState> states) {
        List<UUID> nowhere = new ArrayList<>();
        Map<PendingVoid, Map<PatchWindow, CountedVersion>> ready = new LinkedHashMap<>();
        int open = 0;
        int ahead = 0;
        for (var one : all.entrySet()) {
            Set<WindowState> found = new HashSet<>();
            one.getValue().keySet().forEach(window -> found.add(states.get(window)));
            if (found.isEmpty()) {
                nowhere.add(one.getKey().key());
            } else if (found.contains(WindowState.OPEN)) {
                open++;
            } else if (found.contains(WindowState.AHEAD_OF_LAKE)) {
                ahead++;
            } else {
                ready.put(one.getKey(), one.getValue());
            }
        }
        return new ReadyVoids(nowhere, ready, open, ahead);
    }
}
