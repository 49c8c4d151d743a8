package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.rows.PartRows;
import io.tallyflow.connectors.postgres.rows.RowKind;
import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.rows.RowsCodec;
import io.tallyflow.connectors.postgres.rows.RowsEncoder;
import io.tallyflow.connectors.postgres.run.CountingRun;
import io.tallyflow.connectors.postgres.run.RunTable;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * Writes what a run has counted, in short transactions, so that no commit of the stream waits for
 * long. Nothing shows the rows yet. For one thread.
 */
public final class RunRows {

    private final Connection connection;
    private final CountingRun run;
    private final RowsEncoder encoder = new RowsEncoder();

    /**
     * @param connection of this object alone, which commits
     */
    public RunRows(Connection connection, CountingRun run) {
        this.connection = connection;
        this.run = run;
    }

    /**
     * Writes rows and commits them.
     *
     * @param rows first rows of usage, which name cells of the version, and distinct values, which
     *     name cells of the run's layer; no key twice
     */
    public void write(Rows rows) throws SQLException, IOException {
        PartRows part = RowsCodec.decode(encoder.encode(rows));
        long commit = run.counts().cutCommit();
        for (RowKind kind : RowKind.values()) {
            int[] layers = part.layers().stream().mapToInt(name -> layer(kind, name)).toArray();
            part.of(kind).stamp(layers, commit);
        }
        RowsTable table = new RowsTable(connection, commit, 0);
        table.writeCellsAlone(part.of(RowKind.CELL));
        PostgresSession.pin(connection);
        new RunTable(connection).hold(run);
        CommitRows.lockTables(connection);
        table.prepare();
        table.writeFirstUsage(part.of(RowKind.FIRST_USAGE));
        table.writeDistincts(part.of(RowKind.DISTINCT));
        connection.commit();
    }

    private int layer(RowKind kind, String name) {
        return kind != RowKind.CELL || name.equals(run.layerName())
                ? run.layer()
                : run.counts().streamLayer();
    }
}
