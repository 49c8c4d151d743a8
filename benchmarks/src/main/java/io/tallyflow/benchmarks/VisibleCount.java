package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.workload.PacedLoad;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** When {@code tallyflow.query} first showed the n-th event of the watched subject. */
final class VisibleCount {

    /** Of a range, as people ask: to find where an open one begins and ends costs a core alone. */
    private static final String QUERY =
            """
            select value from tallyflow.query(
                'requests', now() - interval '2 days', now() + interval '2 days', subjects => array[?])
            """;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final long[] seenNanos;

    VisibleCount(int events) {
        this.seenNanos = new long[events];
    }

    /** By the monotonic clock. */
    long[] seenNanos() {
        return seenNanos;
    }

    /** Asks again and again until all are there, or sending them has failed. */
    void watch(String postgresUrl, CompletableFuture<Void> sending) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgresUrl, "tallyflow", "");
                PreparedStatement query = connection.prepareStatement(QUERY)) {
            query.setString(1, PacedLoad.watchedSubject());
            int seen = 0;
            while (seen < seenNanos.length && !sending.isCompletedExceptionally()) {
                int count = count(query);
                long now = System.nanoTime();
                while (seen < count) {
                    seenNanos[seen++] = now;
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    private static int count(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            return row.next() ? row.getBigDecimal(1).intValueExact() : 0;
        }
    }
}
