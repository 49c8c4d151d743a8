package io.tallyflow.operations.reconcile;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.postgres.run.ReconciliationTable;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.operations.counting.LakeAccess;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.operations.patch.PatchTurn;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/**
 * Counts everything that has settled again from the events in the lake, and says where Postgres or
 * the lake's usage come to something else. The stream goes on beside it. What it commits later than
 * the lake stands is left out.
 */
public final class Reconcile {

    /** Snapshots are kept for an hour at least. */
    private static final Duration OLDEST_VIEW = Duration.ofMinutes(5);

    /** What times in Postgres and in the lake can be. */
    private static final OffsetDateTime FIRST_TIME =
            OffsetDateTime.of(1, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);

    private static final OffsetDateTime LAST_TIME =
            OffsetDateTime.of(9999, 12, 31, 0, 0, 0, 0, ZoneOffset.UTC);

    /** No right to; and nothing is written there: a standby, or a session that only reads. */
    private static final Set<String> NOT_WRITTEN = Set.of("42501", "25006");

    private final PostgresAddress postgres;
    private final LakeOptions lake;
    private final RunLimits limits;
    private final Duration patience;
    private final ReconcileListener listener;

    /**
     * @param limits memory and threads for counting
     * @param patience how long a repair waits for others that count windows again
     */
    public Reconcile(
            PostgresAddress postgres,
            LakeOptions lake,
            RunLimits limits,
            Duration patience,
            ReconcileListener listener) {
        this.postgres = postgres;
        this.lake = lake;
        this.limits = limits;
        this.patience = patience;
        this.listener = listener;
    }

    /**
     * What is asked.
     *
     * @param slug of a meter; null for all
     * @param from windows that begin then or later; null for no bound
     * @param to windows that begin before; null for no bound
     * @param repairs whether windows that differ in Postgres are counted again
     */
    public record Request(
            @Nullable String slug, @Nullable Instant from, @Nullable Instant to, boolean repairs) {

        /**
         * @throws RequestRefusedException if there is no time between
         */
        public Request {
            if (from != null && to != null && !from.isBefore(to)) {
                throw new RequestRefusedException("from " + from + " is not before to " + to);
            }
        }

        OffsetDateTime first() {
            return from == null ? FIRST_TIME : from.atOffset(ZoneOffset.UTC);
        }

        OffsetDateTime end() {
            return to == null ? LAST_TIME : to.atOffset(ZoneOffset.UTC);
        }
    }

    /**
     * How many windows of a subject.
     *
     * @param compared that had settled
     * @param left that had not, or only after the lake stood where it stands
     * @param different of those that were compared
     * @param repaired of those that were different
     */
    public record Windows(long compared, long left, long different, long repaired) {}

    /**
     * What came of it.
     *
     * @param commit that the lake stood for at last
     * @param accepted how many events had been accepted by then
     * @param inLake how many of them the lake holds
     * @param runs numbers of those that have repaired windows
     * @param record number of it in {@code tallyflow.reconciliation}; null if it could not be put
     *     on record
     */
    public record Outcome(
            long commit,
            long accepted,
            long inLake,
            Windows postgres,
            Windows lake,
            List<Long> runs,
            @Nullable Long record) {

        Outcome recorded(long number) {
            return new Outcome(commit, accepted, inLake, postgres, lake, runs, number);
        }

        /** Whether nothing differs any more. */
        public boolean isEqual() {
            return postgres.different() == postgres.repaired() && lake.different() == 0;
        }
    }

    /**
     * Compares.
     *
     * @throws RequestRefusedException if there is no such meter
     * @throws RequestFailedException if the lake or Postgres do not answer, or what was counted by
     *     has changed meanwhile
     */
    public Outcome run(Request request) {
        return LakeAccess.ask(postgres, "ended before all was compared", () -> reconcile(request));
    }

    private Outcome reconcile(Request request) throws Exception {
        try (Lake opened = LakeAccess.open(lake);
                Connection connection = postgres.connect();
                Workers workers = new Workers(limits.workers())) {
            if (request.repairs() && !PatchTurn.await(connection, patience)) {
                throw new RequestFailedException(
                        "voids are being applied, or windows repaired, by another process: ask"
                                + " again");
            }
            connection.setAutoCommit(false);
            Tally tally = new Tally();
            Outcome outcome =
                    reconcile(
                            request,
                            opened,
                            new ReconciledDay.Ends(connection, workers, limits, listener, tally));
            return record(connection, request, outcome);
        }
    }

    /** Whoever may or can only read has compared all the same. */
    private static Outcome record(Connection connection, Request request, Outcome outcome)
            throws SQLException {
        try {
            PostgresSession.pin(connection);
            long number =
                    new ReconciliationTable(connection)
                            .add(
                                    new ReconciliationTable.Scope(
                                            request.slug(),
                                            request.from(),
                                            request.to(),
                                            outcome.commit(),
                                            outcome.accepted(),
                                            outcome.inLake()),
                                    new ReconciliationTable.Windows(
                                            outcome.postgres().compared(),
                                            outcome.postgres().left(),
                                            outcome.postgres().different(),
                                            outcome.postgres().repaired(),
                                            outcome.lake().compared(),
                                            outcome.lake().different()));
            connection.commit();
            return outcome.recorded(number);
        } catch (SQLException e) {
            if (!NOT_WRITTEN.contains(Objects.toString(e.getSQLState(), ""))) {
                throw e;
            }
            connection.rollback();
            return outcome;
        }
    }

    private Outcome reconcile(Request request, Lake opened, ReconciledDay.Ends ends)
            throws Exception {
        Connection connection = ends.connection();
        LakeStanding standing = LakeStanding.read(opened, connection);
        ComparedVersions versions = ComparedVersions.read(connection, request.slug());
        requireKnown(request, versions);
        requireWhole(request, standing);
        SortedSet<LocalDate> days = days(connection, standing, versions, request);
        connection.rollback();
        long viewedNanos = System.nanoTime();
        listener.begins(days.size());
        for (LocalDate day : days) {
            if (System.nanoTime() - viewedNanos > OLDEST_VIEW.toNanos()) {
                standing = LakeStanding.read(opened, connection);
                requireWhole(request, standing);
                connection.rollback();
                viewedNanos = System.nanoTime();
            }
            WindowRange range =
                    WindowRange.of(day).between(millis(request.first()), millis(request.end()));
            long before = ends.tally().compared();
            new ReconciledDay(ends, standing, versions, request.slug(), request.repairs(), range)
                    .run();
            listener.done(day, ends.tally().compared() - before);
        }
        return ends.tally().outcome(standing);
    }

    private static void requireKnown(Request request, ComparedVersions versions) {
        if (request.slug() != null && versions.isEmpty()) {
            throw new RequestRefusedException(
                    "there is no meter "
                            + request.slug()
                            + " that totals show: tallyflow meters list shows those there are");
        }
    }

    /** Windows would lose what the lake never got. */
    private static void requireWhole(Request request, LakeStanding standing) {
        if (request.repairs() && standing.events() != standing.accepted()) {
            throw new RequestFailedException(
                    "the lake holds "
                            + standing.events()
                            + " of the "
                            + standing.accepted()
                            + " events that were accepted by commit "
                            + standing.commit()
                            + ": nothing is repaired by it");
        }
    }

    /** The days on which the lake holds events or usage, and those of Postgres alone. */
    private static SortedSet<LocalDate> days(
            Connection connection,
            LakeStanding standing,
            ComparedVersions versions,
            Request request)
            throws SQLException {
        SortedSet<LocalDate> days = new TreeSet<>();
        if (versions.isEmpty()) {
            return days;
        }
        Map<LakeTable, String> times =
                Map.of(
                        LakeTable.EVENTS, "time",
                        LakeTable.USAGE, "window_start",
                        LakeTable.USAGE_DISTINCT, "window_start",
                        LakeTable.ADJUSTMENTS, "window_start");
        times.forEach(
                (table, time) ->
                        standing.view().days(table, between(time, request)).stream()
                                .filter(day -> startOf(day).isBefore(request.end()))
                                .forEach(days::add));
        ShownUsage shown = new ShownUsage(connection, versions, standing.commit());
        OffsetDateTime from = request.first();
        for (LocalDate day : List.copyOf(days)) {
            OffsetDateTime start = startOf(day);
            if (from.isBefore(start)) {
                days.addAll(shown.days(from, start));
            }
            from = start.plusDays(1);
        }
        if (from.isBefore(request.end())) {
            days.addAll(shown.days(from, request.end()));
        }
        return days;
    }

    private static Expression between(String time, Request request) {
        return Expressions.and(
                Expressions.greaterThanOrEqual(
                        time, micros(startOf(request.first().toLocalDate()))),
                Expressions.lessThan(time, micros(request.end().plusDays(1))));
    }

    private static OffsetDateTime startOf(LocalDate day) {
        return day.atStartOfDay().atOffset(ZoneOffset.UTC);
    }

    private static long millis(OffsetDateTime time) {
        return time.toInstant().toEpochMilli();
    }

    private static long micros(OffsetDateTime time) {
        return TimeUnit.MILLISECONDS.toMicros(millis(time));
    }
}
