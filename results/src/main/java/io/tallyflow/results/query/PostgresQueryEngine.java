package io.tallyflow.results.query;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Asks the function {@code tallyflow.query}. */
public final class PostgresQueryEngine implements QueryEngine {

    private final DataSource database;

    /** Opens a connection per query. */
    public PostgresQueryEngine(DataSource database) {
        this.database = database;
    }

    @Override
    public void run(UsageQuery query, RowConsumer rows) throws IOException {
        try (Connection connection = database.getConnection()) {
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            UsageFunction.INSTALLED.ask(connection, query, rows);
        } catch (SQLException e) {
            throw UsageFunction.failure(e);
        }
    }
}
