package io.tallyflow.cli.demo;

import io.tallyflow.cli.servers.Servers;
import io.tallyflow.local.truth.GeneratorSettings;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.local.truth.Truth;
import io.tallyflow.local.truth.UsageSender;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** Follows a run from its first record to its last, and keeps the truth beside what is seen. */
final class DemoWatch {

    /** The rate is that of so many looks. */
    private static final int LOOKS = 6;

    /** Totals are asked for so seldom that they take at most this part of the time. */
    private static final int TOTALS_PART = 10;

    private final Servers running;
    private final GeneratorSettings settings;
    private final Connection connection;
    private final UsageSender sender;
    private final DemoView view;
    private final Truth truth;
    private final Deque<Look> looks = new ArrayDeque<>();
    private final long start = System.nanoTime();
    private Map<String, BigDecimal> totals = Map.of();
    private long totalsDue = start;

    private record Look(long nanos, long consumed) {}

    DemoWatch(
            Servers running,
            GeneratorSettings settings,
            Connection connection,
            UsageSender sender,
            DemoView view) {
        this.running = running;
        this.settings = settings;
        this.connection = connection;
        this.sender = sender;
        this.view = view;
        this.truth = new Truth(settings);
    }

    /**
     * Returns the truth of the whole run when all of it is sent and committed.
     *
     * @throws RequestFailedException if the job ends, the run cannot be sent, or somebody else
     *     sends too
     */
    Truth awaitEnd() throws SQLException {
        CompletableFuture<Void> sent =
                CompletableFuture.runAsync(() -> sender.sendUpTo(settings.records()));
        look();
        while (!sent.isDone() || !isAtEnd()) {
            failIfFailed(sent);
            running.pause(Duration.ofSeconds(1));
            look();
        }
        failIfFailed(sent);
        return truth;
    }

    private boolean isAtEnd() {
        return truth.counts().of(Count.CONSUMED) == settings.records();
    }

    private void look() throws SQLException {
        PostgresResults seen = PostgresResults.progress(connection);
        try {
            truth.advanceTo(seen.offsets());
        } catch (IllegalArgumentException e) {
            throw new RequestFailedException(
                    "the events are not those of this demo alone ("
                            + e.getMessage()
                            + "): use another --data-dir",
                    e);
        }
        askForTotals();
        view.show(snapshot(seen));
    }

    private void askForTotals() throws SQLException {
        long startNanos = System.nanoTime();
        if (startNanos - totalsDue >= 0) {
            totals = PostgresResults.totals(connection);
            totalsDue = startNanos + TOTALS_PART * (System.nanoTime() - startNanos);
        }
    }

    private DemoSnapshot snapshot(PostgresResults seen) {
        return new DemoSnapshot(
                settings.seed(),
                settings.records(),
                sender.sent(),
                Duration.ofNanos(System.nanoTime() - start),
                perSecond(seen.counts().of(Count.CONSUMED)),
                seen,
                inLanes(truth.counts()).equals(inLanes(seen.counts())),
                totals);
    }

    /** Without the adjustments, of which there is no truth. */
    private static LaneCounts inLanes(LaneCounts counts) {
        return LaneCounts.of(count -> count == Count.ADJUSTED ? 0 : counts.of(count));
    }

    private long perSecond(long consumed) {
        Look now = new Look(System.nanoTime(), consumed);
        looks.add(now);
        Look then = looks.size() > LOOKS ? looks.remove() : looks.element();
        long millis = Math.max(1, TimeUnit.NANOSECONDS.toMillis(now.nanos() - then.nanos()));
        return (consumed - then.consumed()) * 1_000 / millis;
    }

    private static void failIfFailed(CompletableFuture<Void> sent) {
        if (sent.isCompletedExceptionally()) {
            try {
                sent.join();
            } catch (CompletionException e) {
                throw new RequestFailedException(
                        "the events could not be sent: " + FirstCause.of(e), e);
            }
        }
    }
}
