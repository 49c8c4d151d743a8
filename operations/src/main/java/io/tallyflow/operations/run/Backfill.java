package io.tallyflow.operations.run;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.run.RunTable;
import io.tallyflow.connectors.postgres.run.RunUndoneException;
import io.tallyflow.connectors.postgres.run.Uncounted;
import io.tallyflow.connectors.postgres.run.UncountedTimes;
import io.tallyflow.connectors.refusal.SinkRefusedException;
import io.tallyflow.operations.counting.LakeAccess;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Workers;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
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
        try (Connection connection = postgres.connect();
                Lake opened = LakeAccess.open(lake);
                Workers workers = new Workers(limits.workers())) {
            RunTable table = new RunTable(connection);
            if (request.writes() && !table.runAlone()) {
                throw new RequestFailedException(
                        "another run is under way: wait until it is done, and ask again");
            }
            List<Uncounted> uncounted = uncounted(connection, request);
            connection.setAutoCommit(false);
            VersionRun.Ends ends =
                    new VersionRun.Ends(postgres, connection, opened, limits, workers, listener);
            List<Outcome> outcomes = new ArrayList<>();
            for (Uncounted counts : uncounted) {
                LakeView view = await(opened, connection, counts, request.patience());
                tellBeginning(view, request.from());
                VersionRun run = new VersionRun(ends, counts, view);
                outcomes.add(request.writes() ? run.show(request.reason()) : run.count());
            }
            return outcomes;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (RunUndoneException e) {
            throw new RequestFailedException(Objects.toString(e.getMessage(), ""), e);
        } catch (SinkRefusedException e) {
            throw new RequestFailedException(Objects.toString(e.getMessage(), e.toString()), e);
        } catch (RequestFailedException | RequestRefusedException e) {
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RequestFailedException(
                    "the run was ended before it was done: ask again, and it goes on", e);
        } catch (Exception e) {
            throw new RequestFailedException("the lake cannot be read: " + FirstCause.of(e), e);
        }
    }

    private static List<Uncounted> uncounted(Connection connection, Request request)
            throws SQLException {
        UncountedTimes times = new UncountedTimes(connection);
        Integer version = request.version();
        if (version != null) {
            return times.of(request.slug(), version);
        }
        KnownMeter known = KnownMeter.find(connection, request.slug());
        known.requireBoundary("from", request.from());
        known.requireBoundary("to", request.to());
        return times.of(request.slug(), request.from(), request.to());
    }

    private void tellBeginning(LakeView view, @Nullable Instant from) {
        if (from != null) {
            view.days(LakeTable.EVENTS, Expressions.alwaysTrue()).stream()
                    .findFirst()
                    .filter(first -> from.isBefore(UncountedEvents.start(first)))
                    .ifPresent(listener::beginsBeforeTheLake);
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
}
