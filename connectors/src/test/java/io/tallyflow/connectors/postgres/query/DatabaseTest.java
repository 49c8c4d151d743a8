package io.tallyflow.connectors.postgres.query;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.schemas.meter.Meter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;

/** A database per class; each test is a transaction that is rolled back. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class DatabaseTest {

    private PostgresServer.Database database;
    private Connection connection;

    @BeforeAll
    void create() {
        database = PostgresServer.migrated();
    }

    @BeforeEach
    void begin() throws SQLException {
        connection = database.connect();
        connection.setAutoCommit(false);
    }

    @AfterEach
    void rollback() throws SQLException {
        connection.close();
    }

    @AfterAll
    void drop() {
        database.close();
    }

    final Connection connection() {
        return connection;
    }

    /** Puts a meter in force and writes its readings. */
    final void insert(Meter meter, TakenReading... readings) throws SQLException {
        insert(meter, List.of(readings));
    }

    /** Puts a meter in force and writes its readings. */
    final void insert(Meter meter, List<TakenReading> readings) throws SQLException {
        RegisteredMeters.register(connection, List.of(meter));
        new UsageTables(connection, meter).insert(readings);
    }

    final void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column, as text. */
    final List<String> column(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> result = new ArrayList<>();
            while (rows.next()) {
                result.add(rows.getString(1));
            }
            return result;
        }
    }
}
