package io.tallyflow.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;
import org.postgresql.ds.PGSimpleDataSource;

/** A user with one role and nothing else, as an operator would make it; gone when closed. */
public final class LoginUser implements AutoCloseable {

    private static final String PASSWORD = "only-for-this-test";

    private final PostgresServer.Database database;
    private final String name;

    /** Makes the user. */
    public LoginUser(PostgresServer.Database database, String role) throws SQLException {
        this.database = database;
        this.name = database.name() + "_" + role;
        execute("create role " + name + " login password '" + PASSWORD + "' in role " + role);
    }

    /** What it logs in by. */
    public String name() {
        return name;
    }

    /** A new connection. */
    public Connection connect() throws SQLException {
        return dataSource().getConnection();
    }

    /** Opens a new connection each time. */
    public PGSimpleDataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(database.url());
        source.setUser(name);
        source.setPassword(PASSWORD);
        return source;
    }

    /** As the sink wants it. */
    JdbcConnectionProvider connections() {
        return connections(database.url());
    }

    /** The same by way of another address. */
    JdbcConnectionProvider connections(String url) {
        return new SimpleJdbcConnectionProvider(
                new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
                        .withUrl(url)
                        .withDriverName("org.postgresql.Driver")
                        .withUsername(name)
                        .withPassword(PASSWORD)
                        .build());
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        execute("drop owned by " + name);
        execute("drop role " + name);
    }
}
