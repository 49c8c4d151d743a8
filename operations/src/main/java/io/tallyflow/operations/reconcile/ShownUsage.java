package io.tallyflow.operations.reconcile;

import io.tallyflow.operations.counting.CountedCell;
import io.tallyflow.operations.counting.CountedWindow;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.operations.patch.PatchUnit;
import io.tallyflow.operations.patch.Recounted.LayerWindow;
import io.tallyflow.results.Question;
import io.tallyflow.results.query.GroupJson;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.quantity.Quantity;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What Postgres says of the windows of a day, subject by subject, as of a commit. */
final class ShownUsage {

    private static final int MOST_GROUPS_KEPT = 10_000;

    private static final Question<Row> ROWS =
            new Question<>(
                    """
                    select c.subject, l.cells_of, p.window_start, c.group_by, p.readings, p.sum, p.min,
                        p.max, p.latest, p.latest_at, p.latest_source, p.latest_id, p.settled,
                        tallyflow.is_of_run(p.shard), p.commit, p.value
                    from (
                        select u.cell, u.layer, u.window_start, u.readings, u.sum, u.min, u.max,
                            u.latest, u.latest_at, u.latest_source, u.latest_id, u.settled, u.shard, u.commit,
                            null as value
                        from tallyflow.usage_row u
                        where u.layer = any (?) and u.window_start >= ? and u.window_start < ?
                        union all
                        select a.cell, a.layer, a.window_start, a.readings, a.sum, a.min, a.max,
                            a.latest, a.latest_at, a.latest_source, a.latest_id, true, 0, a.commit,
                            null
                        from tallyflow.adjustment_row a
                        where a.layer = any (?) and a.window_start >= ? and a.window_start < ?
                          and a.commit <= ?
                        union all
                        select v.cell, v.layer, v.window_start, 0, null, null, null, null, null, null,
                            null, true, 0, v.commit, v.value
                        from tallyflow.distinct_value v
                        where v.layer = any (?) and v.window_start >= ? and v.window_start < ?
                          and v.commit <= ?) p
                    join tallyflow.layer l on l.layer = p.layer
                    join tallyflow.cell c on c.cell = p.cell
                    order by c.subject
                    """,
                    ShownUsage::row);

    private static final Question<Integer> LAYERS =
            new Question<>(
                    """
                    select l.layer from tallyflow.layer l
                    where l.cells_of = any (?) and (l.kind = 'stream' or l.shown)
                    """,
                    row -> row.getInt(1));

    private static final Question<LocalDate> DAYS =
            new Question<>(
                    """
                    select distinct (d.window_start at time zone 'UTC')::date as day
                    from (
                        select u.layer, u.window_start from tallyflow.usage_row u
                        where u.layer = any (?) and u.window_start >= ? and u.window_start < ?
                        union all
                        select a.layer, a.window_start from tallyflow.adjustment_row a
                        where a.layer = any (?) and a.window_start >= ? and a.window_start < ?) d
                    order by day
                    """,
                    row -> row.getObject(1, LocalDate.class));

    private final Connection connection;
    private final Array layers;
    private final long commit;
    private final Map<String, String> groups = new HashMap<>();

    /** A row of any of the three tables. */
    private record Row(
            String subject,
            int layer,
            long startMillis,
            String groupBy,
            UsagePartial partial,
            boolean settled,
            boolean ofRun,
            long commit,
            @Nullable String value) {}

    /** A window in Postgres. */
    static final class Window {
        private @Nullable CountedWindow counted;
        private boolean moves;
        private boolean hasRuns;

        /** What it comes to. */
        @Nullable CountedWindow counted() {
            return counted;
        }

        /**
         * Whether it has not settled, or has done so by a later commit.
         *
         * @param isOver whether the stream's time was beyond it by the commit: what a run has
         *     counted knows nothing of that
         */
        boolean moves(boolean isOver) {
            return moves || hasRuns && !isOver;
        }

        private void add(Row row, String group, long commit) {
            hasRuns |= row.ofRun();
            moves |= row.commit() > commit || !row.settled() && !row.ofRun();
            CountedWindow window = counted;
            if (window == null) {
                window = new CountedWindow(group);
                counted = window;
            }
            CountedCell cell = window.cell(group);
            cell.add(row.partial());
            String value = row.value();
            if (value != null) {
                cell.addValue(value);
            }
        }
    }

    /** Takes the windows of a subject on the day. */
    @FunctionalInterface
    interface Receiver {
        void accept(SubjectWindow unit, Map<LayerWindow, Window> windows);
    }

    /**
     * @param connection within a transaction
     * @param commit whose results are compared
     */
    ShownUsage(Connection connection, ComparedVersions versions, long commit) throws SQLException {
        this.connection = connection;
        this.commit = commit;
        List<Integer> all =
                LAYERS.all(connection, connection.createArrayOf("integer", versions.layers()));
        this.layers = connection.createArrayOf("integer", all.toArray());
    }

    /**
     * The days, UTC, on which there are windows that begin in some time.
     *
     * @param from inclusive
     * @param to exclusive
     */
    List<LocalDate> days(OffsetDateTime from, OffsetDateTime to) throws SQLException {
        return DAYS.all(connection, layers, from, to, layers, from, to);
    }

    /** Reads, in the order of subjects. */
    void read(WindowRange range, Share share, Receiver receiver) throws SQLException {
        Units units = new Units(share, receiver);
        OffsetDateTime from = range.from();
        OffsetDateTime to = range.to();
        ROWS.each(
                connection,
                units::add,
                layers,
                from,
                to,
                layers,
                from,
                to,
                commit,
                layers,
                from,
                to,
                commit);
        units.end();
    }

    private final class Units {
        private final Share share;
        private final Receiver receiver;
        private @Nullable SubjectWindow unit;
        private Map<LayerWindow, Window> windows = new HashMap<>();

        Units(Share share, Receiver receiver) {
            this.share = share;
            this.receiver = receiver;
        }

        void add(Row row) {
            SubjectWindow now = unit;
            if (now == null || !now.subject().equals(row.subject())) {
                end();
                now = PatchUnit.keyOf(row.subject(), row.startMillis());
                unit = now;
            }
            if (share.holds(now.hashCode())) {
                windows.computeIfAbsent(
                                new LayerWindow(row.layer(), row.startMillis()),
                                window -> new Window())
                        .add(row, canonical(row.groupBy()), commit);
            }
        }

        void end() {
            SubjectWindow ended = unit;
            if (ended != null && !windows.isEmpty()) {
                receiver.accept(ended, windows);
            }
            windows = new HashMap<>();
        }
    }

    /** The server writes white space between names and values. */
    private String canonical(String groupBy) {
        if (groups.size() == MOST_GROUPS_KEPT) {
            groups.clear();
        }
        return groups.computeIfAbsent(groupBy, text -> GroupText.of(GroupJson.parse(text)));
    }

    private static Row row(ResultSet row) throws SQLException {
        OffsetDateTime latestAt = row.getObject(10, OffsetDateTime.class);
        return new Row(
                row.getString(1),
                row.getInt(2),
                row.getObject(3, OffsetDateTime.class).toInstant().toEpochMilli(),
                row.getString(4),
                new UsagePartial(
                        row.getLong(5),
                        quantity(row, 6),
                        quantity(row, 7),
                        quantity(row, 8),
                        quantity(row, 9),
                        latestAt == null ? 0 : micros(latestAt.toInstant()),
                        row.getString(11),
                        row.getString(12)),
                row.getBoolean(13),
                row.getBoolean(14),
                row.getLong(15),
                row.getString(16));
    }

    private static long micros(Instant time) {
        return TimeUnit.SECONDS.toMicros(time.getEpochSecond())
                + TimeUnit.NANOSECONDS.toMicros(time.getNano());
    }

    private static @Nullable BigDecimal quantity(ResultSet row, int column) throws SQLException {
        BigDecimal value = row.getBigDecimal(column);
        return value == null ? null : Quantity.canonical(value);
    }
}
