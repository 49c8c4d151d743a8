package io.tallyflow.connectors.postgres.query;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Properties of a database with the whole schema, of which each try leaves nothing behind. */
@SuppressWarnings("NullAway.Init") // by the hooks of jqwik
abstract class DatabaseProperty {

    private static PostgresServer.Database database;

    /** In a transaction that ends with the try. */
    static Connection connection;

    @BeforeContainer
    static void create() throws SQLException {
        database = PostgresServer.migrated();
        connection = database.connect();
        connection.setAutoCommit(false);
    }

    @AfterContainer
    static void drop() throws SQLException {
        connection.close();
        database.close();
    }

    @AfterTry
    void rollback() throws SQLException {
        connection.rollback();
    }
}
