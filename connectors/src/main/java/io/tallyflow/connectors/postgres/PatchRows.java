package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.connectors.postgres.patch.CountedVersions;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.PatchTable.Present;
import io.tallyflow.connectors.postgres.patch.PatchWindow;
import io.tallyflow.connectors.postgres.patch.VoidTable;
import io.tallyflow.connectors.postgres.patch.WindowState;
import io.tallyflow.connectors.postgres.patch.WindowStates;
import io.tallyflow.connectors.postgres.rows.PartRows;
import io.tallyflow.connectors.postgres.rows.RowKind;
import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsCodec;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.connectors.postgres.run.CountingRun;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.schemas.meter.LayerName;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * Puts what was counted again in the place of what was there, all of it in one transaction that
 * holds the ledger. So a reader sees the events of a void in all totals or in none, and no commit
 * or rewind comes between. For one thread.
 */
public final class PatchRows {

    private final Connection connection;
    private final RowsEncoder encoder = new RowsEncoder();

    /**
     * @param connection of this object alone, which commits
     */
    public PatchRows(Connection connection) {
        this.connection = connection;
    }

    /**
     * What takes the place of what.
     *
     * @param run its number
     * @param commit that the lake stood for when its events were counted
     * @param epoch of the lake then
     * @param types of the events that were counted
     * @param versions that counted these types then
     * @param windows that were counted again
     * @param readings of each window
     * @param cells of each window
     * @param rows that they came to: first rows of usage and distinct values, both of cells of the
     *     stream
     * @param voids whose events were left out
     */
    public record Patch(
            long run,
            long commit,
            long epoch,
            Set<String> types,
            List<CountedVersion> versions,
            List<PatchWindow> windows,
            List<Long> readings,
            List<Integer> cells,
            List<Rows> rows,
            List<UUID> voids) {}

    /**
     * Writes a patch.
     *
     * @return false if something has come between since it was counted: then nothing has changed
     */
    public boolean write(Patch patch) throws SQLException, IOException {
        RowsTable table = new RowsTable(connection, patch.commit(), 0);
        List<PartRows> parts = new ArrayList<>();
        for (Rows rows : patch.rows()) {
            PartRows part = RowsCodec.decode(encoder.encode(rows));
            stamp(part, patch);
            table.writeCellsAlone(part.of(RowKind.CELL));
            parts.add(part);
        }
        PostgresSession.pin(connection);
        boolean written = replace(patch, table, parts);
        if (written) {
            connection.commit();
        } else {
            connection.rollback();
        }
        return written;
    }

    private static void stamp(PartRows part, Patch patch) {
        Map<String, Integer> layers = layers(patch.versions());
        int[] byPlace =
                part.layers().stream()
                        .mapToInt(
                                name -> {
                                    Integer layer = layers.get(name);
                                    if (layer == null) {
                                        throw new IllegalStateException(
                                                "rows name the layer " + name);
                                    }
                                    return layer;
                                })
                        .toArray();
        for (RowKind kind : RowKind.values()) {
            part.of(kind).stamp(byPlace, patch.commit());
        }
    }

    private static Map<String, Integer> layers(List<CountedVersion> versions) {
        Map<String, Integer> layers = new HashMap<>();
        versions.forEach(one -> layers.put(LayerName.of(one.version().name()), one.layer()));
        return layers;
    }

    private boolean replace(Patch patch, RowsTable table, List<PartRows> parts)
            throws SQLException {
        PatchTable patches = new PatchTable(connection);
        Present present = patches.hold();
        if (present == null
                || present.epoch() != patch.epoch()
                || !CountedVersions.of(connection, patch.types()).equals(patch.versions())) {
            return false;
        }
        CommitRows.lockTables(connection);
        patches.lookUpByKeys();
        if (WindowStates.of(connection, patch.windows(), patch.commit()).stream()
                .anyMatch(state -> state != WindowState.READY)) {
            return false;
        }
        patches.take(patch.run(), patch.commit(), patch.windows(), patch.readings(), patch.cells());
        table.prepare();
        for (PartRows part : parts) {
            table.writeFirstUsage(part.of(RowKind.FIRST_USAGE));
            table.writeDistincts(part.of(RowKind.DISTINCT));
        }
        patches.show(
                patch.run(),
                CountingRun.shardOf(patch.run()),
                present,
                patch.readings().stream().mapToLong(Long::longValue).sum(),
                patch.cells().stream().mapToLong(Integer::longValue).sum());
        return new VoidTable(connection).applied(patch.voids(), patch.run())
                == patch.voids().size();
    }
}
