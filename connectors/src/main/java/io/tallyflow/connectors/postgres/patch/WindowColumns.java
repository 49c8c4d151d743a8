package io.tallyflow.connectors.postgres.patch;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/** Windows as arrays of a statement: layers, subjects and starts. */
final class WindowColumns {

    private WindowColumns() {}

    /** Binds three parameters from the first on. */
    static void bind(PreparedStatement statement, int first, List<PatchWindow> windows)
            throws SQLException {
        Connection connection = statement.getConnection();
        statement.setArray(
                first,
                connection.createArrayOf(
                        "integer", windows.stream().map(PatchWindow::layer).toArray()));
        statement.setArray(
                first + 1,
                connection.createArrayOf(
                        "text", windows.stream().map(PatchWindow::subject).toArray()));
        statement.setArray(
                first + 2,
                connection.createArrayOf(
                        "timestamptz", windows.stream().map(WindowColumns::start).toArray()));
    }

    static OffsetDateTime start(PatchWindow window) {
        return Instant.ofEpochMilli(window.startMillis()).atOffset(ZoneOffset.UTC);
    }
}
