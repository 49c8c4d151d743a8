package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A database for each test, in which no meter was ever asked for. */
abstract class EmptyRegistry {

    private PostgresServer.Database database;

    @BeforeEach
    void create() {
        database = PostgresServer.migrated();
    }

    @AfterEach
    void drop() {
        database.close();
    }

    final PostgresServer.Database database() {
        return database;
    }

    /** The first column. */
    final List<String> rows(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> result = new ArrayList<>();
            while (rows.next()) {
                result.add(rows.getString(1));
            }
            return result;
        }
    }
}
