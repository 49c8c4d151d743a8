package io.tallyflow.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.session.Outage;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.schemas.commit.CommitName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.flink.metrics.SimpleCounter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A worker that freezes inside a transaction, as the server sees it: it says nothing any more. */
@Timeout(120)
final class SilentSessionTest {

    private static final PostgresSinkOptions OPTIONS = PostgresSinkOptions.defaults();
    private static final Duration SILENCE = Duration.ofMillis(500);

    private PostgresServer.Database database;
    private LoginUser writer;
    private PostgresSession frozen;
    private PostgresSession other;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.migrated();
        writer = new LoginUser(database, "tallyflow_writer");
        new LedgerStart(writer.connections(), OPTIONS).check(CommitName.NONE);
        frozen = session();
        other = session();
    }

    private PostgresSession session() {
        return new PostgresSession(
                writer.connections(),
                Duration.ofSeconds(60),
                new Outage(new SimpleCounter(), System::nanoTime),
                SILENCE);
    }

    @AfterEach
    void stop() throws SQLException {
        frozen.close();
        other.close();
        writer.close();
        database.close();
    }

    @Test
    void losesTheLedgerAndTriesAgainWhenItThaws() throws Exception {
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch thawed = new CountDownLatch(1);
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Ledger> whatThawed =
                CompletableFuture.supplyAsync(
                        () ->
                                run(
                                        frozen,
                                        connection -> {
                                            LedgerTable table = table(connection);
                                            table.lock();
                                            if (attempts.incrementAndGet() == 1) {
                                                locked.countDown();
                                                thawed.await();
                                            }
                                            return table.lock();
                                        }));
        assertThat(locked.await(60, TimeUnit.SECONDS)).isTrue();
        Ledger ledger = run(other, connection -> table(connection).lock());
        assertThat(whatThawed).isNotDone();
        thawed.countDown();
        assertThat(whatThawed.get(60, TimeUnit.SECONDS)).isEqualTo(ledger);
        assertThat(attempts).hasValue(2);
    }

    /** Rows that others load may take longer than a session may be silent. */
    @Test
    void mayBeSilentForLongerEachTimeButNotWithoutEnd() {
        List<String> limits = new ArrayList<>();
        run(
                other,
                connection -> {
                    limits.add(limit(connection));
                    if (limits.size() < 6) {
                        throw new SQLException("lost against another transaction", "40001");
                    }
                    return limits;
                });
        assertThat(limits).containsExactly("500ms", "1s", "2s", "4s", "8s", "8s");
    }

    private static String limit(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("show idle_in_transaction_session_timeout")) {
            row.next();
            return row.getString(1);
        }
    }

    private static LedgerTable table(Connection connection) {
        return new LedgerTable(connection, OPTIONS.pipeline());
    }

    private static <T> T run(PostgresSession session, PostgresSession.Transaction<T> transaction) {
        try {
            return session.run(transaction);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
