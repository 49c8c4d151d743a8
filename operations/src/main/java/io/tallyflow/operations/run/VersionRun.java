package io.tallyflow.operations.run;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.RunRows;
import io.tallyflow.connectors.postgres.run.CountingRun;
import io.tallyflow.connectors.postgres.run.RowsOfRuns;
import io.tallyflow.connectors.postgres.run.RunTable;
import io.tallyflow.connectors.postgres.run.Uncounted;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.operations.counting.EventColumns;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.operations.run.Backfill.Outcome;
import io.tallyflow.operations.run.CountDay.Counted;
import io.tallyflow.operations.run.CountDay.Writer;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.voids.VoidedEvents;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One run: day by day, for one version, each day on the lake as it is then. */
final class VersionRun {

    /** Snapshots are kept for an hour at least. */
    private static final Duration OLDEST_VIEW = Duration.ofMinutes(5);

    /**
     * What a run works with.
     *
     * @param connection of the process that runs alone; each worker opens one of its own
     */
    record Ends(
            PostgresAddress postgres,
            Connection connection,
            Lake lake,
            RunLimits limits,
            Workers workers,
            RunListener listener) {}

    private final Ends ends;
    private final Connection connection;
    private final Uncounted counts;
    private final UncountedEvents events;
    private LakeView view;
    private long viewedNanos = System.nanoTime();

    /**
     * @param view of a lake that holds all that is to be counted
     */
    VersionRun(Ends ends, Uncounted counts, LakeView view) {
        this.ends = ends;
        this.connection = ends.connection();
        this.counts = counts;
        this.events = new UncountedEvents(counts);
        this.view = view;
    }

    /** Counts, writes and shows. */
    Outcome show(@Nullable String reason) throws Exception {
        PostgresSession.pin(connection);
        CountingRun run = new RunTable(connection).begin(counts, reason);
        connection.commit();
        sweep();
        List<Connection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < ends.workers().many(); i++) {
                Connection one = ends.postgres().connect();
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
        RowsOfRuns table = new RowsOfRuns(connection);
        for (int layer : table.unswept()) {
            boolean hasMore = true;
            while (hasMore) {
                PostgresSession.pin(connection);
                hasMore = table.sweep(layer);
                connection.commit();
            }
        }
    }

    /** Only counts. */
    Outcome count() throws Exception {
        List<Writer> nowhere = new ArrayList<>();
        for (int i = 0; i < ends.workers().many(); i++) {
            nowhere.add(rows -> {});
        }
        CountDay counter = counter(counts.version().name(), 0, nowhere);
        List<LocalDate> days = events.days(view, null);
        ends.listener().begins(0, days.size());
        long counted = 0;
        long windows = 0;
        for (LocalDate day : days) {
            Counted ofDay = count(counter, day);
            counted += ofDay.events();
            windows += ofDay.windows();
        }
        return new Outcome(0, counts.version(), counted, windows, null);
    }

    private CountDay counter(String layer, int shard, List<? extends Writer> writers) {
        return new CountDay(
                counts.version(),
                layer,
                shard,
                ends.limits(),
                ends.workers(),
                writers,
                ends.listener());
    }

    private Outcome count(CountingRun begun, List<Connection> connections) throws Exception {
        List<LocalDate> days = events.days(view, begun.doneUntil());
        ends.listener().begins(begun.run(), days.size());
        List<Writer> writers = new ArrayList<>();
        for (Connection one : connections) {
            RunRows rows = new RunRows(one, begun);
            writers.add(rows::write);
        }
        CountDay counter = counter(begun.layerName(), begun.shard(), writers);
        CountingRun run = begun;
        for (LocalDate day : days) {
            forget(run, day);
            Counted counted = count(counter, day);
            PostgresSession.pin(connection);
            run =
                    new RunTable(connection)
                            .advance(
                                    run,
                                    UncountedEvents.start(day.plusDays(1)),
                                    counted.events(),
                                    counted.windows());
            connection.commit();
            ends.listener().done(day, counted.events(), counted.windows());
        }
        PostgresSession.pin(connection);
        long commit = new RunTable(connection).show(run);
        connection.commit();
        return new Outcome(run.run(), counts.version(), run.events(), run.windows(), commit);
    }

    /** What a process has written of a day that it did not finish. */
    private void forget(CountingRun run, LocalDate day) throws SQLException {
        PostgresSession.pin(connection);
        new RowsOfRuns(connection)
                .forget(
                        run.layer(),
                        UncountedEvents.start(day),
                        UncountedEvents.start(day.plusDays(1)));
        connection.commit();
    }

    private Counted count(CountDay counter, LocalDate day) throws Exception {
        if (System.nanoTime() - viewedNanos > OLDEST_VIEW.toNanos()) {
            view = LakeView.of(ends.lake());
            viewedNanos = System.nanoTime();
        }
        EventColumns columns =
                counter.columns(
                        VoidedEvents.read(
                                connection,
                                List.of(counts.version().meter().eventType()),
                                UncountedEvents.start(day),
                                UncountedEvents.start(day.plusDays(1))));
        connection.rollback();
        return counter.count(events.of(day, view, columns.names()), columns);
    }
}
