package io.tallyflow.connectors.postgres.schema;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

/**
 * Transactions of whoever looks after the schema, without the limits that a server, a database or a
 * role may preset to suit people who ask: what is done here takes the time that it takes, but waits
 * for nobody without end.
 */
final class SchemaSession {

    /** For a whole session. A setting that an older server does not have is left out. */
    static final String LIMITS =
            """
            set statement_timeout = 0;
            set lock_timeout = '30s';
            select set_config(name, '0', false) from pg_settings
            where name in ('transaction_timeout', 'idle_in_transaction_session_timeout');
            """;

    /** What others have made meanwhile counts, not what a transaction saw when it began. */
    private static final String LOCAL_LIMITS =
            """
            set transaction isolation level read committed;
            set local statement_timeout = 0;
            set local lock_timeout = '30s';
            select set_config(name, '0', true) from pg_settings
            where name in ('transaction_timeout', 'idle_in_transaction_session_timeout');
            """;

    private SchemaSession() {}

    /** What is done in a transaction. */
    interface Work<T> {
        T run(PreparedStatement statement) throws SQLException;
    }

    /** Does it in a transaction of its own, whose limits end with it. */
    static <T> T run(DataSource database, String sql, Work<T> work) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement limits = connection.createStatement()) {
                limits.execute(LOCAL_LIMITS);
            }
            T result;
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                result = work.run(statement);
            }
            connection.commit();
            return result;
        }
    }

    /** The only number of the only row of an answer. */
    static long number(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
