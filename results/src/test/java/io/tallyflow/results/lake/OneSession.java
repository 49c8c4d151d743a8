package io.tallyflow.results.lake;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A pool of one session. Whoever closes the connection gives it back as it is, in autocommit; what
 * is open then would belong to the next one.
 */
final class OneSession extends PGSimpleDataSource implements AutoCloseable {

    private static final long serialVersionUID = 1L;

    private final transient Connection connection;

    OneSession(Connection connection) {
        this.connection = connection;
    }

    /** The session itself. */
    Connection connection() {
        return connection;
    }

    @Override
    public Connection getConnection() {
        return (Connection)
                Proxy.newProxyInstance(
                        OneSession.class.getClassLoader(),
                        new Class<?>[] {Connection.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("close")) {
                                giveBack();
                                return null;
                            }
                            try {
                                return method.invoke(connection, arguments);
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        });
    }

    private void giveBack() throws SQLException {
        // Commits what was left open.
        connection.setAutoCommit(true);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
