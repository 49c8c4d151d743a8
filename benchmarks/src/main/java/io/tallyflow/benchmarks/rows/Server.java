package io.tallyflow.benchmarks.rows;

import io.tallyflow.benchmarks.measure.ProcessFacts;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** A connection to the server that is measured, and what the server tells about itself. */
final class Server implements AutoCloseable {

    private final Connection connection;
    private final Connection observer;
    private final long backend;

    private Server(Connection connection, Connection observer) throws SQLException {
        this.connection = connection;
        this.observer = observer;
        this.backend = number(connection, "select pg_backend_pid()");
    }

    /** Work within a transaction. */
    @FunctionalInterface
    interface Work {
        void run(Connection connection) throws SQLException, IOException;
    }

    /** Connects to a server on this machine, as the owner of a database. */
    static Server connect(String url, String user) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user);
        Connection connection = DriverManager.getConnection(url, properties);
        connection.setAutoCommit(false);
        return new Server(connection, DriverManager.getConnection(url, properties));
    }

    String version() throws SQLException {
        return connection.getMetaData().getDatabaseProductVersion();
    }

    /** Makes the tables anew, without rows. */
    void make(Layout layout) throws SQLException {
        drop();
        for (String statement : layout.statements()) {
            execute(statement);
        }
        connection.commit();
    }

    /** Removes all tables and frees their disk. */
    void drop() throws SQLException {
        execute("discard temp");
        execute("drop schema if exists rows cascade");
        connection.commit();
    }

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Settles statistics and visibility, as the server's own upkeep would have by then. */
    void tidy() throws SQLException {
        try (Statement statement = observer.createStatement()) {
            statement.execute("vacuum analyze rows.usage_row");
        }
    }

    /** Does the work in a transaction of its own, its commit included. */
    Cost measure(Work work) throws SQLException, IOException {
        long wal = wal();
        long others = family() - backendCpu();
        long own = backendCpu();
        long client = clientCpu();
        long start = System.nanoTime();
        work.run(connection);
        connection.commit();
        long wall = System.nanoTime() - start;
        long clientAfter = clientCpu();
        long ownAfter = backendCpu();
        return new Cost(
                wall,
                ownAfter - own,
                Math.max(0, family() - ownAfter - others),
                clientAfter - client,
                wal() - wal);
    }

    /** Bytes of the table without its indexes. */
    long tableBytes() throws SQLException {
        return number(
                connection,
                """
                select sum(pg_table_size(inhrelid))::bigint from pg_inherits
                where inhparent = 'rows.usage_row'::regclass
                """);
    }

    long indexBytes() throws SQLException {
        return number(
                connection,
                """
                select sum(pg_indexes_size(inhrelid))::bigint from pg_inherits
                where inhparent = 'rows.usage_row'::regclass
                """);
    }

    /** The only value of the only row of a query's answer. */
    String text(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private long wal() throws SQLException {
        return number(observer, "select pg_current_wal_insert_lsn() - '0/0'::pg_lsn");
    }

    private long backendCpu() {
        return ProcessFacts.cpuOf(backend);
    }

    private long family() {
        return ProcessHandle.of(backend)
                .flatMap(ProcessHandle::parent)
                .map(postmaster -> ProcessFacts.cpuOfFamily(postmaster.pid()))
                .orElse(0L);
    }

    private static long clientCpu() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    static long number(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() throws SQLException {
        try (connection;
                observer) {
            connection.rollback();
            drop();
        }
    }
}
