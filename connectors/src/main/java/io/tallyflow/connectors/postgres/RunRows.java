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
     * @param rows of cells that are named by the run's layer; first rows all, no key twice
     */
    public void write(Rows rows) throws SQLException, IOException {
        PartRows part = RowsCodec.decode(encoder.encode(rows));
        int[] byPlace = part.layers().stream().mapToInt(name -> run.layer()).toArray();
        for (RowKind kind : RowKind.values()) {
            part.of(kind).stamp(byPlace, run.counts().cutCommit());
        }
        RowsTable table = new RowsTable(connection, run.counts().cutCommit(), 0);
        PostgresSession.pin(connection);
        new RunTable(connection).hold(run);
        table.writeCells(part.of(RowKind.CELL));
        CommitRows.lockTables(connection);
        table.prepare();
        table.writeFirstUsage(part.of(RowKind.FIRST_USAGE));
        table.writeDistincts(part.of(RowKind.DISTINCT));
        connection.commit();
    }
}
