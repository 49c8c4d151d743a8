package io.tallyflow.integration.outage;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.query.AnswerRow;
import io.tallyflow.connectors.postgres.query.QueryCall;
import io.tallyflow.results.Question;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Looks all the time, and demands that no total goes down, that commits do not go back, and that
 * what the query counts is what the ledger beside it has metered. A server that is away shows
 * nothing, which is no fault.
 */
final class WatchfulReader implements AutoCloseable {

    private static final long PAUSE_MILLIS = 100;

    private static final Question<Metered> METERED =
            new Question<>(
                    "select commit, metered from tallyflow.progress",
                    row -> new Metered(row.getLong(1), row.getLong(2)));

    private final String url;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final CompletableFuture<Void> watching;
    private final Map<String, BigDecimal> last = new HashMap<>();
    private long commit;
    private volatile long looks;
    private volatile long blind;

    WatchfulReader(String jdbcUrl, String user) {
        this.url = jdbcUrl + "?user=" + user + "&connectTimeout=3&socketTimeout=3";
        this.watching = CompletableFuture.runAsync(this::watch);
    }

    private void watch() {
        while (!over.isDone()) {
            try (Connection connection = DriverManager.getConnection(url)) {
                while (!over.isDone()) {
                    look(connection);
                    pause();
                }
            } catch (SQLException e) {
                demandAway(e);
                blind++;
                pause();
            }
        }
    }

    private void look(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        if (hasMeters(connection)) {
            lookAtResults(connection);
        }
        connection.rollback();
    }

    /** They come with the first commit. */
    private static boolean hasMeters(Connection connection) throws SQLException {
        return new Question<>("select count(*) > 0 from tallyflow.meter", row -> row.getBoolean(1))
                .one(connection);
    }

    private void lookAtResults(Connection connection) throws SQLException {
        Map<String, BigDecimal> tokens = bySubject("tokens", connection);
        BigDecimal requests = QueryCall.of("requests").values(connection).get(0);
        demandLedger(requests, connection);
        last.forEach(
                (subject, before) ->
                        assertThat(tokens.get(subject))
                                .as("tokens of %s", subject)
                                .isGreaterThanOrEqualTo(before));
        last.putAll(tokens);
        looks++;
    }

    private void demandLedger(BigDecimal requests, Connection connection) throws SQLException {
        Metered ledger = METERED.first(connection);
        if (ledger != null) {
            assertThat(ledger.commit()).as("commit").isGreaterThanOrEqualTo(commit);
            commit = ledger.commit();
        }
        assertThat(requests)
                .isEqualByComparingTo(BigDecimal.valueOf(ledger == null ? 0 : ledger.events()));
    }

    private record Metered(long commit, long events) {}

    private static Map<String, BigDecimal> bySubject(String meter, Connection connection)
            throws SQLException {
        Map<String, BigDecimal> totals = new HashMap<>();
        for (AnswerRow row : QueryCall.of(meter).groupedBy("subject").rows(connection)) {
            totals.put(row.subject(), row.value());
        }
        return totals;
    }

    /** Lost, refused, shut down or timed out: not an error in a question. */
    private static void demandAway(SQLException e) {
        String state = e.getSQLState();
        if (state != null && !state.startsWith("08") && !state.startsWith("57P")) {
            throw new CompletionException(e);
        }
    }

    private void pause() {
        try {
            over.get(PAUSE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException lookAgain) {
            // That was the pause.
        } catch (Exception e) {
            throw new CompletionException(e);
        }
    }

    /** How often it saw something so far. */
    long looks() {
        return looks;
    }

    /** How often it could see nothing so far. */
    long blind() {
        return blind;
    }

    /** Stops looking; fails with what it saw that must not be. */
    void finish() {
        over.complete(null);
        watching.join();
        assertThat(looks).isPositive();
    }

    @Override
    public void close() {
        over.complete(null);
    }
}
