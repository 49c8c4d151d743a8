package io.tallyflow.connectors.postgres.session;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;

/**
 * One connection that runs whole transactions and outlives trouble: serialization failures and
 * deadlocks are tried again at once, a lost or refusing server is waited for. A transaction may
 * therefore run more than once and must recognise what it has done before.
 */
public final class PostgresSession implements AutoCloseable {

    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    /**
     * Longer than a healthy worker pauses, and than it waits for others to load rows, as a rule.
     */
    private static final Duration MOST_SILENCE = Duration.ofSeconds(30);

    /** Eight minutes: an outage is many failures, and a freeze after it must still end. */
    private static final int MOST_DOUBLINGS = 4;

    /**
     * A frozen predecessor may hold the ledger's row: better to ask again than to hang. All else
     * that a server, a database or a role may preset otherwise and that a commit hangs on: a commit
     * may be large, and what was shown must survive a crash of the server. For this transaction
     * only, because a connection pool may hand out another server session for the next one. The
     * memory holds the arrays of a part as rows, which would otherwise go through a file.
     */
    private static final String LIMITS =
            """
            set transaction isolation level read committed;
            set local statement_timeout = 0;
            set local lock_timeout = '30s';
            set local work_mem = '64MB';
            select set_config('synchronous_commit', 'on', true)
                where current_setting('synchronous_commit') in ('off', 'local', 'remote_write');
            """;

    /** A setting that older servers do not have. */
    private static final String NO_TRANSACTION_LIMIT = "set local transaction_timeout = 0";

    private static final int FIRST_WITH_TRANSACTION_LIMIT = 17;

    /**
     * A worker that froze inside a transaction would hold the ledger's row as long as it is frozen,
     * and no other start of the job could commit. So the server gives up a session that says
     * nothing for so long; whoever thaws finds its transaction gone.
     */
    private static final String SILENCE =
            "select set_config('idle_in_transaction_session_timeout', ?, true)";

    private final JdbcConnectionProvider connections;
    private final Duration patience;
    private final Outage outage;
    private final Duration mostSilence;

    public PostgresSession(JdbcConnectionProvider connections, Duration patience, Outage outage) {
        this(connections, patience, outage, MOST_SILENCE);
    }

    /**
     * The same, given up by the server after another silence.
     *
     * @param mostSilence of the first attempt; each further one may be silent twice as long, up to
     *     sixteen times
     */
    public PostgresSession(
            JdbcConnectionProvider connections,
            Duration patience,
            Outage outage,
            Duration mostSilence) {
        this.connections = connections;
        this.patience = patience;
        this.outage = outage;
        this.mostSilence = mostSilence;
    }

    /** What runs inside a transaction. */
    public interface Transaction<T> {
        T run(Connection connection) throws SQLException, IOException, InterruptedException;
    }

    /**
     * Runs a transaction until it is known to be committed.
     *
     * @throws IOException if the server stayed away longer than the patience
     * @throws InterruptedException if the task is being cancelled
     */
    public <T> T run(Transaction<T> transaction) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        long pause = FIRST_PAUSE_MILLIS;
        for (int failed = 0; true; failed++) {
            try {
                T result = attempt(transaction, failed);
                outage.over();
                return result;
            } catch (SQLException e) {
                if (!PostgresFailure.of(e).isWorthAnotherTry()) {
                    throw new IOException("Postgres refused a statement: " + e.getMessage(), e);
                }
                if (System.nanoTime() > deadline) {
                    throw new IOException(
                            "Postgres did not recover within " + patience + ": " + e.getMessage(),
                            e);
                }
                outage.failed(e, patience);
            }
            TimeUnit.MILLISECONDS.sleep(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
    }

    private <T> T attempt(Transaction<T> transaction, int failed)
            throws SQLException, IOException, InterruptedException {
        boolean committed = false;
        try {
            Connection connection = connections.getOrEstablishConnection();
            connection.setAutoCommit(false);
            pin(connection);
            limitSilence(connection, failed);
            T result = transaction.run(connection);
            connection.commit();
            committed = true;
            return result;
        } catch (ClassNotFoundException e) {
            throw new IOException("the Postgres driver is not on the class path", e);
        } finally {
            // Whatever went wrong, the server forgets the transaction with the connection.
            if (!committed) {
                connections.closeConnection();
            }
        }
    }

    /** Begins a transaction with what others may have preset otherwise. */
    public static void pin(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LIMITS);
            if (connection.getMetaData().getDatabaseMajorVersion()
                    >= FIRST_WITH_TRANSACTION_LIMIT) {
                statement.execute(NO_TRANSACTION_LIMIT);
            }
        }
    }

    private void limitSilence(Connection connection, int failed) throws SQLException {
        long millis = mostSilence.toMillis() << Math.min(failed, MOST_DOUBLINGS);
        try (PreparedStatement statement = connection.prepareStatement(SILENCE)) {
            statement.setString(1, millis + "ms");
            statement.execute();
        }
    }

    @Override
    public void close() {
        connections.closeConnection();
    }
}
