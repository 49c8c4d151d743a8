package io.tallyflow.integration.protocol;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.Random;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.jspecify.annotations.Nullable;

/**
 * Connections that break where the test says: the n-th step (a statement or a COMMIT) of all that
 * pass, before it reached the server or after it did.
 */
final class Faults implements JdbcConnectionProvider {

    private static final long serialVersionUID = 1L;

    private final transient JdbcConnectionProvider connections;
    private final transient Script script;
    private transient @Nullable Connection wrapped;

    /** Where to break. */
    private static final class Script {
        private long steps;
        private long breakAt = Long.MAX_VALUE;
        private Break kind = Break.BEFORE;
        private Way way = Way.CONNECTION_LOST;
        private boolean fired;

        synchronized boolean isNow() {
            boolean now = steps++ == breakAt;
            fired |= now;
            return now;
        }
    }

    /** On which side of the step. */
    enum Break {
        BEFORE,
        AFTER
    }

    /** How it breaks. */
    enum Way {
        /** The socket is gone; the client sees an SQLException and may try again. */
        CONNECTION_LOST,
        /** The process is gone. */
        CRASH,
        /** Another transaction won; the server says so. */
        SERIALIZATION_FAILURE
    }

    /** Stands for the end of the process. */
    static final class Crash extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Crash() {
            super("the process was killed here");
        }
    }

    Faults(JdbcConnectionProvider connections) {
        this.connections = connections;
        this.script = new Script();
    }

    /** Breaks once, at the given step from now on, counted from 0. */
    void breakAt(long step, Break side, Way how) {
        synchronized (script) {
            script.breakAt = script.steps + step;
            script.kind = side;
            script.way = how;
            script.fired = false;
        }
    }

    /** Breaks one commit of three, in any way and at any step. */
    void breakSomewhere(Random random) {
        if (random.nextInt(3) == 0) {
            Way[] ways = Way.values();
            breakAt(
                    random.nextInt(12),
                    random.nextBoolean() ? Break.BEFORE : Break.AFTER,
                    ways[random.nextInt(ways.length)]);
        }
    }

    void heal() {
        synchronized (script) {
            script.breakAt = Long.MAX_VALUE;
        }
    }

    boolean fired() {
        synchronized (script) {
            return script.fired;
        }
    }

    private Object step(Call call) throws Throwable {
        boolean now = script.isNow();
        if (now && script.kind == Break.BEFORE) {
            fail();
        }
        Object result = call.run();
        if (now) {
            fail();
        }
        return result;
    }

    private void fail() throws SQLException {
        switch (script.way) {
            case CRASH -> {
                closeConnection();
                throw new Crash();
            }
            case CONNECTION_LOST -> {
                closeConnection();
                throw new SQLException("the connection is lost", "08006");
            }
            case SERIALIZATION_FAILURE ->
                    throw new SQLException("could not serialize access", "40001");
        }
    }

    private interface Call {
        Object run() throws Throwable;
    }

    private Connection wrap(Connection connection) {
        return proxy(
                Connection.class,
                (name, call) -> {
                    // COPY goes to the connection behind.
                    if (name.equals("commit") || name.equals("unwrap")) {
                        return step(call);
                    }
                    Object result = call.run();
                    return result instanceof java.sql.PreparedStatement statement
                            ? wrapStatement(java.sql.PreparedStatement.class, statement)
                            : result instanceof Statement plain
                                    ? wrapStatement(Statement.class, plain)
                                    : result;
                },
                connection);
    }

    private <T extends Statement> T wrapStatement(Class<T> type, T statement) {
        return proxy(
                type,
                (name, call) -> name.startsWith("execute") ? step(call) : call.run(),
                statement);
    }

    private interface Around {
        Object call(String name, Call call) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Around around, T target) {
        return type.cast(
                Proxy.newProxyInstance(
                        Faults.class.getClassLoader(),
                        new Class<?>[] {type},
                        (self, method, arguments) ->
                                around.call(
                                        method.getName(),
                                        () -> {
                                            try {
                                                return method.invoke(target, arguments);
                                            } catch (InvocationTargetException e) {
                                                throw e.getCause();
                                            }
                                        })));
    }

    @Override
    public @Nullable Connection getConnection() {
        return wrapped;
    }

    @Override
    public Properties getProperties() {
        return new Properties();
    }

    @Override
    public boolean isConnectionValid() throws SQLException {
        return connections.isConnectionValid();
    }

    @Override
    public Connection getOrEstablishConnection() throws SQLException, ClassNotFoundException {
        if (wrapped == null || !connections.isConnectionValid()) {
            wrapped = wrap(connections.getOrEstablishConnection());
        }
        return wrapped;
    }

    @Override
    public void closeConnection() {
        wrapped = null;
        connections.closeConnection();
    }

    @Override
    public Connection reestablishConnection() throws SQLException, ClassNotFoundException {
        closeConnection();
        return getOrEstablishConnection();
    }
}
