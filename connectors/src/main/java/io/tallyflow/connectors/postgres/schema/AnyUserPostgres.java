package io.tallyflow.connectors.postgres.schema;

import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.internal.database.base.Database;
import org.flywaydb.core.internal.jdbc.JdbcConnectionFactory;
import org.flywaydb.core.internal.jdbc.StatementInterceptor;
import org.flywaydb.database.postgresql.PostgreSQLConnection;
import org.flywaydb.database.postgresql.PostgreSQLDatabase;
import org.flywaydb.database.postgresql.PostgreSQLDatabaseType;

/**
 * Postgres as Flyway knows it, for a user of any name: Flyway's own puts the name into a statement
 * as it is, and fails at one with a quote in it. Flyway finds this class by the list of its plugins
 * in {@code META-INF/services}.
 */
public final class AnyUserPostgres extends PostgreSQLDatabaseType {

    @Override
    public int getPriority() {
        return super.getPriority() + 1;
    }

    @Override
    public Database<?> createDatabase(
            Configuration configuration,
            JdbcConnectionFactory connections,
            StatementInterceptor interceptor) {
        return new AnyUserDatabase(configuration, connections, interceptor);
    }

    private static final class AnyUserDatabase extends PostgreSQLDatabase {

        AnyUserDatabase(
                Configuration configuration,
                JdbcConnectionFactory connections,
                StatementInterceptor interceptor) {
            super(configuration, connections, interceptor);
        }

        @Override
        protected PostgreSQLConnection doGetConnection(Connection connection) {
            return new AnyUserConnection(this, connection);
        }
    }

    private static final class AnyUserConnection extends PostgreSQLConnection {

        private final Connection connection;
        private final String user;

        AnyUserConnection(AnyUserDatabase database, Connection connection) {
            super(database, connection);
            this.connection = connection;
            try {
                user = jdbcTemplate.queryForString("select current_user");
            } catch (SQLException e) {
                throw new SchemaException("Postgres does not say who the user is", e);
            }
        }

        @Override
        protected void doRestoreOriginalState() throws SQLException {
            try (var statement =
                    connection.prepareStatement("select set_config('role', ?, false)")) {
                statement.setString(1, user);
                statement.execute();
            }
        }
    }
}
