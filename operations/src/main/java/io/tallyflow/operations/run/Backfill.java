package io.tallyflow.operations.run;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.RunRows;
import io.tallyflow.connectors.postgres.run.CountingRun;
import io.tallyflow.connectors.postgres.run.RunTable;
import io.tallyflow.connectors.postgres.run.RunUndoneException;
import io.tallyflow.connectors.postgres.run.Uncounted;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.operations.run.CountDay.Counted;
import io.tallyflow.operations.run.CountDay.Writer;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/**
 * Counts from the lake, for versions of a meter that totals show, the events that were accepted
 * before the version was counted. The stream goes on beside it. Totals include what a run has
 * counted when all of it is there, and all at once.
 *
 * <p>A run goes through the days of event time one after the other. One that was ended before it
 * was done goes on with the day after the last that was, when the same is asked again.
 */
public final class Backfill {

    private static final long PAUSE_MILLIS = 500;
    private static final long LAST_PAUSE_SECONDS = 30;

    /** Snapshots are kept for an hour at least. */
    private static final Duration OLDEST_VIEW = Duration.ofMinutes(5);

    private final PostgresAddress postgres;
    private final LakeOptions lake;
    private final RunLimits limits;
    private final RunListener listener;

    public Backfill(
            PostgresAddress postgres, LakeOptions lake, RunLimits limits, RunListener listener) {
        this.postgres = postgres;
        this.lake = lake;
        this.limits = limits;
        this.listener = listener;
    }

    /**
     * What came of counting.
     *
     * @param run number of the run; 0 if nothing was to be written
     * @param version that was counted, with the time that was
     * @param shownInCommit number of the last commit before totals included it; null if they do not
     */
    public record Outcome(
            long run,
            MeterVersion version,
            long events,
            long windows,
            @Nullable Long shownInCommit) {}

    /**
     * What a run is asked for.
     *
     * @param version the only one to be counted, whether totals show it or not; null for all that
     *     they show
     * @param from event time, on a boundary of the meter's windows; null for all there is
     * @param to the first event time that is not counted; null for all there is
     * @param reason for people; null if nobody said
     * @param writes whether totals are to include it; otherwise it is only counted
     * @param patience how long to wait for the lake to hold what is to be counted
     */
    public record Request(
            String slug,
            @Nullable Integer version,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable String reason,
            boolean writes,
            Duration patience) {

        /** All that the lake holds and totals lack. */
        public static Request all(String slug, Duration patience) {
            return new Request(slug, null, null, null, null, /* writes= */ true, patience);
        }

        /** All that a version lacks, so that totals can be taken from it. */
        public static Request version(String slug, int version, Duration patience) {
            return new Request(slug, version, null, null, null, /* writes= */ true, patience);
        }
    }

    /**
     * Runs.
     *
     * @return what was counted, by version; empty if nothing was left to be counted
     * @throws RequestRefusedException if there is no such meter, or a time lies within a window
     * @throws RequestFailedException if somebody else runs, or the lake or Postgres does not
     *     answer, or what the run rests on was taken back: what was counted by then is not shown
     */
    public List<Outcome> run(Request request) {
        ExecutorService workers = Executors.newFixedThreadPool(limits.workers());
        try (Connection connection = postgres.connect();
                Lake opened = open()) {
            RunTable table = new RunTable(connection);
            if (request.writes() && !table.runAlone()) {
                throw new RequestFailedException(
                        "another run is under way: wait until it is done, and ask again");
            }
            List<Uncounted> uncounted = uncounted(table, connection, request);
            connection.setAutoCommit(false);
            List<Outcome> outcomes = new ArrayList<>();
            for (Uncounted counts : uncounted) {
                LakeView view = await(opened, connection, counts, request.patience());
                outcomes.add(
                        new Counting(connection, opened, view, workers, request).count(counts));
            }
            return outcomes;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (RunUndoneException e) {
            throw new RequestFailedException(Objects.toString(e.getMessage(), ""), e);
        } catch (RequestFailedException | RequestRefusedException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestFailedException(
                    "the run was ended before it was done: ask again, and it goes on", e);
        } catch (Exception e) {
            throw new RequestFailedException("the lake cannot be read: " + FirstCause.of(e), e);
        } finally {
            end(workers);
        }
    }

    private Lake open() {
        try {
            return Lake.open(lake);
        } catch (RuntimeException e) {
            throw new RequestFailedException(
                    "the lake's catalog cannot be reached: " + FirstCause.of(e), e);
        }
    }

    private static void end(ExecutorService workers) {
        workers.shutdownNow();
        try {
            workers.awaitTermination(LAST_PAUSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<Uncounted> uncounted(RunTable table, Connection connection, Request request)
            throws SQLException {
        Integer version = request.version();
        if (version != null) {
            return table.uncounted(request.slug(), version);
        }
        Meters.Known known = Meters.find(connection, request.slug());
        requireBoundary(known, "from", request.from());
        requireBoundary(known, "to", request.to());
        return table.uncounted(request.slug(), request.from(), request.to());
    }

    private static void requireBoundary(Meters.Known meter, String name, @Nullable Instant at) {
        if (at != null && meter.windowSize().startOf(at.toEpochMilli()) != at.toEpochMilli()) {
            throw new RequestRefusedException(
                    name
                            + " "
                            + at
                            + " is within a window of "
                            + meter.slug()
                            + ", whose windows are of one "
                            + meter.windowSize()
                            + " each: name the boundary before or after it");
        }
    }

    /** The lake, once it holds all that is to be counted. */
    private LakeView await(Lake opened, Connection connection, Uncounted counts, Duration patience)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (boolean first = true; true; first = false) {
            LakeView view = LakeView.of(opened);
            if (LakeReadiness.isReady(connection, view, counts)) {
                connection.rollback();
                return view;
            }
            connection.rollback();
            if (System.nanoTime() - deadline > 0) {
                throw new RequestFailedException(
                        "the lake does not hold yet all events of before commit "
                                + counts.cutCommit()
                                + ", from which on the stream counts "
                                + counts.version().name()
                                + "; it stands at "
                                + (view.isEmpty()
                                        ? "nothing"
                                        : "checkpoint " + view.batch().checkpoint())
                                + ": see that the job runs and writes to it, and ask again");
            }
            if (first) {
                listener.waitsForLake();
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    /** One run. */
    private final class Counting {

        private final Connection connection;
        private final Lake opened;
        private final ExecutorService workers;
        private final Request request;
        private LakeView view;
        private long viewedNanos = System.nanoTime();

        Counting(
                Connection connection,
                Lake opened,
                LakeView view,
                ExecutorService workers,
                Request request) {
            this.connection = connection;
            this.opened = opened;
            this.view = view;
            this.workers = workers;
            this.request = request;
        }

        Outcome count(Uncounted counts) throws Exception {
            if (!request.writes()) {
                return countOnly(counts);
            }
            PostgresSession.pin(connection);
            CountingRun run = new RunTable(connection).begin(counts, request.reason());
            connection.commit();
            sweep();
            List<Connection> connections = new ArrayList<>();
            try {
                for (int i = 0; i < limits.workers(); i++) {
                    Connection one = postgres.connect();
                    connections.add(one);
                    one.setAutoCommit(false);
                }
                return count(run, connections);
            } finally {
                for (Connection one : connections) {
                    one.close();
                }
            }
        }

        /** What earlier runs have left behind. */
        private void sweep() throws SQLException {
            RunTable table = new RunTable(connection);
            for (int layer : table.unswept()) {
                boolean hasMore = true;
                while (hasMore) {
                    PostgresSession.pin(connection);
                    hasMore = table.sweep(layer);
                    connection.commit();
                }
            }
        }

        private Outcome countOnly(Uncounted counts) throws Exception {
            List<Writer> nowhere = new ArrayList<>();
            for (int i = 0; i < limits.workers(); i++) {
                nowhere.add(rows -> {});
            }
            CountDay counter = counter(counts, counts.version().name(), 0, nowhere);
            List<LocalDate> days = days(counts, null);
            listener.begins(0, days.size());
            long events = 0;
            long windows = 0;
            for (LocalDate day : days) {
                Counted counted = count(counter, counts, day);
                events += counted.events();
                windows += counted.windows();
            }
            return new Outcome(0, counts.version(), events, windows, null);
        }

        private CountDay counter(
                Uncounted counts, String layer, int shard, List<? extends Writer> writers) {
            return new CountDay(counts.version(), layer, shard, limits, workers, writers, listener);
        }

        private Outcome count(CountingRun begun, List<Connection> connections) throws Exception {
            Uncounted counts = begun.counts();
            List<LocalDate> days = days(counts, begun.doneUntil());
            listener.begins(begun.run(), days.size());
            List<Writer> writers = new ArrayList<>();
            for (Connection one : connections) {
                RunRows rows = new RunRows(one, begun);
                writers.add(rows::write);
            }
            CountDay counter = counter(counts, begun.layerName(), begun.shard(), writers);
            CountingRun run = begun;
            for (LocalDate day : days) {
                forget(run, day);
                Counted counted = count(counter, counts, day);
                PostgresSession.pin(connection);
                run =
                        new RunTable(connection)
                                .advance(
                                        run,
                                        start(day.plusDays(1)),
                                        counted.events(),
                                        counted.windows());
                connection.commit();
                listener.done(day, counted.events(), counted.windows());
            }
            PostgresSession.pin(connection);
            long commit = new RunTable(connection).show(run);
            connection.commit();
            return new Outcome(run.run(), counts.version(), run.events(), run.windows(), commit);
        }

        /** What a process has written of a day that it did not finish. */
        private void forget(CountingRun run, LocalDate day) throws SQLException {
            PostgresSession.pin(connection);
            new RunTable(connection).forget(run.layer(), start(day), start(day.plusDays(1)));
            connection.commit();
        }

        private Counted count(CountDay counter, Uncounted counts, LocalDate day) throws Exception {
            if (System.nanoTime() - viewedNanos > OLDEST_VIEW.toNanos()) {
                view = LakeView.of(opened);
                viewedNanos = System.nanoTime();
            }
            Expression ofDay =
                    Expressions.and(
                            notCounted(counts),
                            Expressions.greaterThanOrEqual("time", micros(start(day))),
                            Expressions.lessThan("time", micros(start(day.plusDays(1)))));
            return counter.count(view.parts(LakeTable.EVENTS, ofDay, counter.columns()));
        }

        private List<LocalDate> days(Uncounted counts, @Nullable Instant after) {
            List<LocalDate> days = view.days(LakeTable.EVENTS, notCounted(counts));
            return after == null
                    ? days
                    : days.stream().filter(day -> !start(day).isBefore(after)).toList();
        }
    }

    private static Instant start(LocalDate day) {
        return day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static long micros(Instant time) {
        return TimeUnit.SECONDS.toMicros(time.getEpochSecond());
    }

    /** Passes the events of the version's type and time that the stream did not count by it. */
    private static Expression notCounted(Uncounted counts) {
        MeterVersion version = counts.version();
        Expression passes =
                Expressions.and(
                        Expressions.equal("type", version.meter().eventType()),
                        Expressions.or(
                                Expressions.isNull("definitions"),
                                Expressions.lessThan(
                                        "definitions", Math.toIntExact(counts.request()))));
        if (version.fromMillis() != MeterVersion.ALWAYS_FROM) {
            passes =
                    Expressions.and(
                            passes,
                            Expressions.greaterThanOrEqual(
                                    "time", TimeUnit.MILLISECONDS.toMicros(version.fromMillis())));
        }
        if (version.toMillis() != MeterVersion.ALWAYS_TO) {
            passes =
                    Expressions.and(
                            passes,
                            Expressions.lessThan(
                                    "time", TimeUnit.MILLISECONDS.toMicros(version.toMillis())));
        }
        return passes;
    }
}
