package io.tallyflow.connectors.postgres.run;

import io.tallyflow.connectors.postgres.schema.MeterColumns;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.schemas.meter.LayerName;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of runs, within the transaction of a connection. */
public final class RunTable {

    /** Of the session, which ends with the process that runs. */
    private static final String ONE_RUN =
            "select pg_try_advisory_lock(hashtextextended('tallyflow.counting_run', 0))";

    /** As registration has it, which gives layers their numbers, too. */
    private static final String LOCK_LAYERS =
            "select pg_advisory_xact_lock(hashtextextended('tallyflow.meter_request', 0))";

    private static final String UNCOUNTED =
            """
            select d.slug, d.description, d.aggregation, d.window_size, l.version, l.event_type,
                l.value_property, l.group_by, lower(g.gap) as counts_from,
                upper(g.gap) as counts_to, r.request, l.since_commit, l.layer
            from tallyflow.layer l
            join tallyflow.meter_definition d on d.slug = l.slug
            join tallyflow.meter_request r
                on r.kind = 'define' and r.slug = l.slug and r.version = l.version
            cross join lateral unnest(
                tstzmultirange(tstzrange(l.counts_from, l.counts_to))
                    * tstzmultirange(tstzrange(?, ?))
                - coalesce((
                    select range_agg(tstzrange(c.counts_from, c.counts_to))
                    from tallyflow.counting_run c
                    join tallyflow.layer o on o.layer = c.layer
                    where o.slug = l.slug and o.version = l.version and c.state = 'shown'),
                    '{}')) g (gap)
            where l.slug = ? and l.kind = 'stream' and (l.shown and ? is null or l.version = ?)
            order by l.version, g.gap
            """;

    private static final String UNFINISHED =
            """
            select c.run, c.layer, c.done_until, c.events, c.windows
            from tallyflow.counting_run c
            join tallyflow.layer l on l.layer = c.layer
            where c.state = 'running' and l.slug = ? and l.version = ? and c.request = ?
              and c.cut_commit = ? and c.counts_from is not distinct from ?
              and c.counts_to is not distinct from ?
            order by c.run limit 1
            """;

    private static final String GIVE_UP =
            "update tallyflow.counting_run set state = 'failed' where state = 'running' and run <> ?";

    private static final String UNSWEPT =
            """
            select c.layer from tallyflow.counting_run c
            where c.state in ('failed', 'undone') and not c.swept
            order by c.run
            """;

    private static final String ENDS_OF_ROWS =
            """
            select least(min(u.first), min(v.first)), greatest(max(u.last), max(v.last))
            from (
                select min(window_start) as first, max(window_start) as last
                from tallyflow.usage_row where layer = ?) u
            cross join (
                select min(window_start) as first, max(window_start) as last
                from tallyflow.distinct_value where layer = ?) v
            """;

    private static final String SWEPT =
            "update tallyflow.counting_run set swept = true where layer = ?";

    private static final String BEGIN_LAYER =
            """
            insert into tallyflow.layer (layer, slug, version, kind, name, since_commit, event_type,
                value_property, group_by, counts_from, counts_to, shown, cells_of)
            select (select max(layer) + 1 from tallyflow.layer), slug, version, 'run', ?, ?,
                event_type, value_property, group_by, counts_from, counts_to, false, layer
            from tallyflow.layer where layer = ?
            returning layer
            """;

    private static final String NEXT =
            "select coalesce(max(run), 0) + 1 from tallyflow.counting_run";

    private static final String BEGIN =
            """
            insert into tallyflow.counting_run (run, kind, layer, request, cut_commit, counts_from,
                counts_to, reason)
            select ?, case when s.shown then 'backfill' else 'redefine' end, ?, ?, ?, ?, ?, ?
            from tallyflow.layer s where s.layer = ?
            """;

    private static final String ADVANCE =
            """
            update tallyflow.counting_run
            set done_until = ?, events = events + ?, windows = windows + ?
            where run = ? and state = 'running' and done_until is not distinct from ?
            """;

    private static final String STILL_RUNS =
            "select 1 from tallyflow.counting_run where run = ? and state = 'running' for share";

    private static final String LOCK_LEDGER =
            """
            select coalesce(max(l.commit), 0)
            from (select commit from tallyflow.ledger order by pipeline for update) l
            """;

    private static final String SHOWN =
            """
            update tallyflow.counting_run set state = 'shown', shown_in_commit = ?
            where run = ? and state = 'running'
            """;

    // A run that has counted nothing would only be looked into by every question.
    private static final String SHOW =
            """
            update tallyflow.layer l
            set shown = s.shown and c.windows > 0, counts_to = s.counts_to
            from tallyflow.layer s, tallyflow.counting_run c
            where l.layer = ? and c.layer = l.layer
              and s.slug = l.slug and s.version = l.version and s.kind = 'stream'
            """;

    private static final String[] FORGET = {
        "delete from tallyflow.usage_row where layer = ? and window_start >= ? and window_start < ?",
        "delete from tallyflow.distinct_value"
                + " where layer = ? and window_start >= ? and window_start < ?"
    };

    /** So few that nobody waits for long. */
    private static final Duration SWEPT_AT_ONCE = Duration.ofDays(1);

    private final Connection connection;

    public RunTable(Connection connection) {
        this.connection = connection;
    }

    /**
     * Lets nobody else run as long as the connection is open.
     *
     * @return false if somebody does
     */
    public boolean runAlone() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ONE_RUN);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /**
     * What was not counted of a meter's versions that totals show, in order.
     *
     * @param from event time, on a boundary of the meter's windows; null for no bound
     * @param to the first time that is not looked at any more; null for no bound
     */
    public List<Uncounted> uncounted(String slug, @Nullable Instant from, @Nullable Instant to)
            throws SQLException {
        return uncounted(slug, null, from, to);
    }

    /** What was not counted of one version of a meter, whether totals show it or not; in order. */
    public List<Uncounted> uncounted(String slug, int version) throws SQLException {
        return uncounted(slug, version, null, null);
    }

    private List<Uncounted> uncounted(
            String slug, @Nullable Integer version, @Nullable Instant from, @Nullable Instant to)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNCOUNTED)) {
            statement.setObject(1, time(from));
            statement.setObject(2, time(to));
            statement.setString(3, slug);
            statement.setObject(4, version, Types.INTEGER);
            statement.setObject(5, version, Types.INTEGER);
            List<Uncounted> all = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    all.add(
                            new Uncounted(
                                    MeterColumns.version(row),
                                    row.getLong("request"),
                                    row.getLong("since_commit"),
                                    row.getInt("layer")));
                }
            }
            return all;
        }
    }

    /**
     * Begins a run, or goes on with one that was ended before it was done. What else was left
     * unfinished is given up: nobody else runs.
     *
     * @param reason for people; null if nobody said
     */
    public CountingRun begin(Uncounted counts, @Nullable String reason) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK_LAYERS)) {
            statement.execute();
        }
        CountingRun before = unfinished(counts);
        CountingRun run = before == null ? beginNew(counts, reason) : before;
        try (PreparedStatement statement = connection.prepareStatement(GIVE_UP)) {
            statement.setLong(1, run.run());
            statement.executeUpdate();
        }
        return run;
    }

    private @Nullable CountingRun unfinished(Uncounted counts) throws SQLException {
        MeterVersion version = counts.version();
        try (PreparedStatement statement = connection.prepareStatement(UNFINISHED)) {
            statement.setString(1, version.meter().slug());
            statement.setInt(2, version.version());
            statement.setLong(3, counts.request());
            statement.setLong(4, counts.cutCommit());
            statement.setObject(5, time(from(version)));
            statement.setObject(6, time(to(version)));
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                OffsetDateTime done = row.getObject("done_until", OffsetDateTime.class);
                return new CountingRun(
                        row.getLong("run"),
                        row.getInt("layer"),
                        counts,
                        done == null ? null : done.toInstant(),
                        row.getLong("events"),
                        row.getLong("windows"));
            }
        }
    }

    private CountingRun beginNew(Uncounted counts, @Nullable String reason) throws SQLException {
        MeterVersion version = counts.version();
        String slug = version.meter().slug();
        long run = number(NEXT);
        int layer;
        try (PreparedStatement statement = connection.prepareStatement(BEGIN_LAYER)) {
            statement.setString(1, LayerName.ofRun(slug, version.version(), run));
            statement.setLong(2, counts.cutCommit());
            statement.setInt(3, counts.streamLayer());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                layer = row.getInt(1);
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(BEGIN)) {
            statement.setLong(1, run);
            statement.setInt(2, layer);
            statement.setLong(3, counts.request());
            statement.setLong(4, counts.cutCommit());
            statement.setObject(5, time(from(version)));
            statement.setObject(6, time(to(version)));
            statement.setString(7, reason);
            statement.setInt(8, counts.streamLayer());
            statement.executeUpdate();
        }
        return new CountingRun(run, layer, counts, null, 0, 0);
    }

    /** Layers of runs that failed or were undone, and whose rows are still there. */
    public List<Integer> unswept() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNSWEPT);
                ResultSet row = statement.executeQuery()) {
            List<Integer> layers = new ArrayList<>();
            while (row.next()) {
                layers.add(row.getInt(1));
            }
            return layers;
        }
    }

    /**
     * Takes some rows of a run away that nothing will ever show.
     *
     * @return whether there may be more; without it, the run is on record as swept
     */
    public boolean sweep(int layer) throws SQLException {
        @Nullable Instant first;
        @Nullable Instant last;
        try (PreparedStatement statement = connection.prepareStatement(ENDS_OF_ROWS)) {
            statement.setInt(1, layer);
            statement.setInt(2, layer);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                first = instant(row.getObject(1, OffsetDateTime.class));
                last = instant(row.getObject(2, OffsetDateTime.class));
            }
        }
        if (first != null && last != null) {
            forget(layer, first, first.plus(SWEPT_AT_ONCE));
            if (!last.isBefore(first.plus(SWEPT_AT_ONCE))) {
                return true;
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(SWEPT)) {
            statement.setInt(1, layer);
            statement.executeUpdate();
        }
        return false;
    }

    private static @Nullable Instant instant(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant();
    }

    /** Takes the rows of some windows away, which nothing shows yet. */
    public void forget(int layer, Instant from, Instant to) throws SQLException {
        for (String forget : FORGET) {
            try (PreparedStatement statement = connection.prepareStatement(forget)) {
                statement.setInt(1, layer);
                statement.setObject(2, time(from));
                statement.setObject(3, time(to));
                statement.executeUpdate();
            }
        }
    }

    /**
     * Makes sure, until the transaction ends, that nobody ends the run.
     *
     * @throws RunUndoneException if somebody has
     */
    public void hold(CountingRun run) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STILL_RUNS)) {
            statement.setLong(1, run.run());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new RunUndoneException(run);
                }
            }
        }
    }

    /**
     * Says how far a run is.
     *
     * @param doneUntil windows that start before it are counted now
     * @param events how many more events were counted for that
     * @param windows how many more rows there are
     * @return the run as it stands then
     * @throws RunUndoneException if somebody has ended it, or another process goes on with it
     */
    public CountingRun advance(CountingRun run, Instant doneUntil, long events, long windows)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            statement.setObject(1, time(doneUntil));
            statement.setLong(2, events);
            statement.setLong(3, windows);
            statement.setLong(4, run.run());
            statement.setObject(5, time(run.doneUntil()));
            if (statement.executeUpdate() == 0) {
                throw new RunUndoneException(run);
            }
        }
        return new CountingRun(
                run.run(),
                run.layer(),
                run.counts(),
                doneUntil,
                run.events() + events,
                run.windows() + windows);
    }

    /**
     * Lets totals include a run, all at once; and the version that it counts for, if they do not
     * yet, which then takes the place of those before it.
     *
     * @return number of the last commit before
     * @throws RunUndoneException if somebody has ended it
     */
    public long show(CountingRun run) throws SQLException {
        // A rewind holds the ledger, too: it comes before, and has undone the run, or after.
        long commit = number(LOCK_LEDGER);
        try (PreparedStatement statement = connection.prepareStatement(SHOWN)) {
            statement.setLong(1, commit);
            statement.setLong(2, run.run());
            if (statement.executeUpdate() == 0) {
                throw new RunUndoneException(run);
            }
        }
        MeterVersion version = run.counts().version();
        if (!MeterRegistry.show(connection, version.meter().slug(), version.version())) {
            throw new RunUndoneException(run);
        }
        try (PreparedStatement statement = connection.prepareStatement(SHOW)) {
            statement.setInt(1, run.layer());
            statement.executeUpdate();
        }
        return commit;
    }

    private long number(String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    private static @Nullable Instant from(MeterVersion version) {
        return version.fromMillis() == MeterVersion.ALWAYS_FROM
                ? null
                : Instant.ofEpochMilli(version.fromMillis());
    }

    private static @Nullable Instant to(MeterVersion version) {
        return version.toMillis() == MeterVersion.ALWAYS_TO
                ? null
                : Instant.ofEpochMilli(version.toMillis());
    }

    private static @Nullable OffsetDateTime time(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(ZoneOffset.UTC);
    }
}
