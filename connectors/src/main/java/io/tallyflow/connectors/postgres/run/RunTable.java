package io.tallyflow.connectors.postgres.run;

import io.tallyflow.connectors.postgres.patch.VoidTable;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.connectors.postgres.session.ColumnTime;
import io.tallyflow.schemas.meter.LayerName;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** The table of runs, within the transaction of a connection. */
public final class RunTable {

    /** Of the session, which ends with the process that runs. */
    private static final String ONE_RUN =
            "select pg_try_advisory_lock(hashtextextended('tallyflow.counting_run', 0))";

    /** As registration has it, which gives layers their numbers, too. */
    private static final String LOCK_LAYERS =
            "select pg_advisory_xact_lock(hashtextextended('tallyflow.meter_request', 0))";

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
            """
            update tallyflow.counting_run set state = 'failed'
            where state = 'running' and kind not in ('patch', 'repair') and run <> ?
            """;

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
            statement.setObject(5, ColumnTime.of(from(version)));
            statement.setObject(6, ColumnTime.of(to(version)));
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
            statement.setObject(5, ColumnTime.of(from(version)));
            statement.setObject(6, ColumnTime.of(to(version)));
            statement.setString(7, reason);
            statement.setInt(8, counts.streamLayer());
            statement.executeUpdate();
        }
        return new CountingRun(run, layer, counts, null, 0, 0);
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
            statement.setObject(1, ColumnTime.of(doneUntil));
            statement.setLong(2, events);
            statement.setLong(3, windows);
            statement.setLong(4, run.run());
            statement.setObject(5, ColumnTime.of(run.doneUntil()));
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
        new VoidTable(connection).askAgain(run.run(), version.meter().eventType());
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
}
