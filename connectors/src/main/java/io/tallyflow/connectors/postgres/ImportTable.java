package io.tallyflow.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The table of imports, over a connection that commits by itself. */
public final class ImportTable {

    private static final String BEGIN =
            """
            insert into tallyflow.event_import (source, events, rejected) values (?, ?, ?)
            returning import
            """;

    // What is read from the lake may have grown since it was counted.
    private static final String ADVANCE =
            """
            update tallyflow.event_import
            set known = ?, sent = ?, events = greatest(events, ?::bigint + ?::bigint)
            where import = ?
            """;

    private static final String END =
            "update tallyflow.event_import set ended_at = now() where import = ?";

    private final Connection connection;

    public ImportTable(Connection connection) {
        this.connection = connection;
    }

    /**
     * Begins an import.
     *
     * @param source for people
     * @param events that are in it
     * @param rejected lines that are none
     * @return its number, from 1
     */
    public long begin(String source, long events, long rejected) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BEGIN)) {
            statement.setString(1, source);
            statement.setLong(2, events);
            statement.setLong(3, rejected);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * Says how far an import is.
     *
     * @param known events that were known, so far
     * @param sent events that Kafka has acknowledged, so far
     */
    public void advance(long number, long known, long sent) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            statement.setLong(1, known);
            statement.setLong(2, sent);
            statement.setLong(3, known);
            statement.setLong(4, sent);
            statement.setLong(5, number);
            statement.executeUpdate();
        }
    }

    /** Says that all was sent. */
    public void end(long number) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(END)) {
            statement.setLong(1, number);
            statement.executeUpdate();
        }
    }
}
