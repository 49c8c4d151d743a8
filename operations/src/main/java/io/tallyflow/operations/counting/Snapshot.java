package io.tallyflow.operations.counting;

import io.tallyflow.results.Question;
import java.sql.Connection;
import java.sql.SQLException;

/** A transaction that sees the database at one moment. */
public final class Snapshot {

    private static final String AS_OF_NOW = "set transaction isolation level repeatable read";

    private Snapshot() {}

    /**
     * Begins one.
     *
     * @param connection that does not commit by itself, and is in no transaction
     */
    public static void begin(Connection connection) throws SQLException {
        Question.run(connection, AS_OF_NOW);
    }
}
