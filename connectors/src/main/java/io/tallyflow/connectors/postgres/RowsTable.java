package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.TextHash;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;

/**
 * Writes the rows, adjustments and distinct values of one commit: arrays instead of one statement
 * per row, sorted by key, so that two writers never wait for each other crosswise.
 */
final class RowsTable {

    /** Rows per statement; past some thousands Postgres gains nothing more. */
    private static final int CHUNK = 4_000;

    private static final String USAGE =
            """
            insert into tallyflow.usage_row (meter, subject, group_hash, group_by, window_start,
                window_end, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                settled, commit)
            select meter, subject, group_hash, group_by::jsonb, window_start, window_end, readings,
                sum, min, max, latest, latest_at, latest_source, latest_id, settled, ?
            from unnest(?::text[], ?::text[], ?::bytea[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::bigint[], ?::numeric[], ?::numeric[], ?::numeric[],
                ?::numeric[], ?::timestamptz[], ?::text[], ?::text[], ?::boolean[])
                as row (meter, subject, group_hash, group_by, window_start, window_end, readings,
                    sum, min, max, latest, latest_at, latest_source, latest_id, settled)
            on conflict (meter, subject, window_start, group_hash) do update set
                readings = excluded.readings, sum = excluded.sum, min = excluded.min,
                max = excluded.max, latest = excluded.latest, latest_at = excluded.latest_at,
                latest_source = excluded.latest_source, latest_id = excluded.latest_id,
                settled = excluded.settled, commit = excluded.commit
            """;

    private static final String ADJUSTMENT =
            """
            insert into tallyflow.adjustment (meter, subject, group_hash, group_by, window_start,
                window_end, readings, sum, min, max, latest, latest_at, latest_source, latest_id,
                reason, commit, checkpoint, committed_at)
            select meter, subject, group_hash, group_by::jsonb, window_start, window_end, readings,
                sum, min, max, latest, latest_at, latest_source, latest_id, reason, ?, ?, now()
            from unnest(?::text[], ?::text[], ?::bytea[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::bigint[], ?::numeric[], ?::numeric[], ?::numeric[],
                ?::numeric[], ?::timestamptz[], ?::text[], ?::text[], ?::text[])
                as row (meter, subject, group_hash, group_by, window_start, window_end, readings,
                    sum, min, max, latest, latest_at, latest_source, latest_id, reason)
            """;

    /** A value that is there keeps the commit that first brought it. */
    private static final String DISTINCT =
            """
            insert into tallyflow.distinct_value (meter, subject, group_hash, group_by,
                window_start, window_end, value_hash, value, commit)
            select meter, subject, group_hash, group_by::jsonb, window_start, window_end,
                value_hash, value, ?
            from unnest(?::text[], ?::text[], ?::bytea[], ?::text[], ?::timestamptz[],
                ?::timestamptz[], ?::bytea[], ?::text[])
                as row (meter, subject, group_hash, group_by, window_start, window_end, value_hash,
                    value)
            on conflict (meter, subject, window_start, group_hash, value_hash) do nothing
            """;

    private static final Comparator<UsageCell> BY_KEY =
            Comparator.comparing(UsageCell::meter)
                    .thenComparing(UsageCell::subject)
                    .thenComparingLong(UsageCell::windowStartMillis)
                    .thenComparing(UsageCell::group);

    private final Connection connection;
    private final long commit;
    private final long checkpoint;

    RowsTable(Connection connection, long commit, long checkpoint) {
        this.connection = connection;
        this.commit = commit;
        this.checkpoint = checkpoint;
    }

    void write(Rows rows) throws SQLException {
        List<UsageRow> usage =
                rows.usage().stream().sorted(Comparator.comparing(UsageRow::cell, BY_KEY)).toList();
        for (int from = 0; from < usage.size(); from += CHUNK) {
            writeUsage(usage.subList(from, Math.min(from + CHUNK, usage.size())));
        }
        List<Adjustment> adjustments =
                rows.adjustments().stream()
                        .sorted(
                                Comparator.comparing(Adjustment::cell, BY_KEY)
                                        .thenComparing(Adjustment::reason))
                        .toList();
        for (int from = 0; from < adjustments.size(); from += CHUNK) {
            writeAdjustments(adjustments.subList(from, Math.min(from + CHUNK, adjustments.size())));
        }
        List<DistinctValue> distincts =
                rows.distincts().stream()
                        .sorted(
                                Comparator.comparing(DistinctValue::cell, BY_KEY)
                                        .thenComparing(DistinctValue::text))
                        .toList();
        for (int from = 0; from < distincts.size(); from += CHUNK) {
            writeDistincts(distincts.subList(from, Math.min(from + CHUNK, distincts.size())));
        }
    }

    private void writeUsage(List<UsageRow> rows) throws SQLException {
        Columns columns = new Columns(rows.size());
        Boolean[] settled = new Boolean[rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            columns.set(i, rows.get(i).cell(), rows.get(i).partial());
            settled[i] = rows.get(i).settled();
        }
        try (PreparedStatement statement = connection.prepareStatement(USAGE)) {
            statement.setLong(1, commit);
            int next = columns.bind(connection, statement, 2);
            statement.setArray(next, connection.createArrayOf("boolean", settled));
            statement.executeUpdate();
        }
    }

    private void writeAdjustments(List<Adjustment> rows) throws SQLException {
        Columns columns = new Columns(rows.size());
        String[] reasons = new String[rows.size()];
        for (int i = 0; i < rows.size(); i++) {
            columns.set(i, rows.get(i).cell(), rows.get(i).partial());
            reasons[i] = rows.get(i).reason().label();
        }
        try (PreparedStatement statement = connection.prepareStatement(ADJUSTMENT)) {
            statement.setLong(1, commit);
            statement.setLong(2, checkpoint);
            int next = columns.bind(connection, statement, 3);
            statement.setArray(next, connection.createArrayOf("text", reasons));
            statement.executeUpdate();
        }
    }

    private void writeDistincts(List<DistinctValue> values) throws SQLException {
        CellColumns columns = new CellColumns(values.size());
        byte[][] hashes = new byte[values.size()][];
        String[] texts = new String[values.size()];
        for (int i = 0; i < values.size(); i++) {
            columns.set(i, values.get(i).cell());
            hashes[i] = TextHash.of(values.get(i).text());
            texts[i] = values.get(i).text();
        }
        try (PreparedStatement statement = connection.prepareStatement(DISTINCT)) {
            statement.setLong(1, commit);
            int next = columns.bind(connection, statement, 2);
            statement.setArray(next++, connection.createArrayOf("bytea", hashes));
            statement.setArray(next, connection.createArrayOf("text", texts));
            statement.executeUpdate();
        }
    }

    /** Cells turned into one array per column. */
    private static final class CellColumns {
        private final Object[] meter;
        private final Object[] subject;
        private final byte[][] groupHash;
        private final Object[] group;
        private final Object[] start;
        private final Object[] end;

        CellColumns(int size) {
            meter = new Object[size];
            subject = new Object[size];
            groupHash = new byte[size][];
            group = new Object[size];
            start = new Object[size];
            end = new Object[size];
        }

        void set(int i, UsageCell cell) {
            meter[i] = cell.meter();
            subject[i] = cell.subject();
            groupHash[i] = TextHash.of(cell.group());
            group[i] = cell.group();
            start[i] = PostgresTime.ofMillis(cell.windowStartMillis());
            end[i] = PostgresTime.ofMillis(cell.windowEndMillis());
        }

        int bind(Connection connection, PreparedStatement statement, int first)
                throws SQLException {
            int next = first;
            statement.setArray(next++, connection.createArrayOf("text", meter));
            statement.setArray(next++, connection.createArrayOf("text", subject));
            statement.setArray(next++, connection.createArrayOf("bytea", groupHash));
            statement.setArray(next++, connection.createArrayOf("text", group));
            statement.setArray(next++, connection.createArrayOf("timestamptz", start));
            statement.setArray(next++, connection.createArrayOf("timestamptz", end));
            return next;
        }
    }

    /** Cells and partials turned into one array per column. */
    private static final class Columns {
        private final CellColumns cells;
        private final Object[] readings;
        private final Object[] sum;
        private final Object[] min;
        private final Object[] max;
        private final Object[] latest;
        private final Object[] latestAt;
        private final Object[] latestSource;
        private final Object[] latestId;

        Columns(int size) {
            cells = new CellColumns(size);
            readings = new Object[size];
            sum = new Object[size];
            min = new Object[size];
            max = new Object[size];
            latest = new Object[size];
            latestAt = new Object[size];
            latestSource = new Object[size];
            latestId = new Object[size];
        }

        void set(int i, UsageCell cell, UsagePartial partial) {
            cells.set(i, cell);
            readings[i] = partial.readings();
            sum[i] = partial.sum();
            min[i] = partial.min();
            max[i] = partial.max();
            latest[i] = partial.latest();
            latestAt[i] =
                    partial.latest() == null
                            ? null
                            : PostgresTime.ofMicros(partial.latestTimeMicros());
            latestSource[i] = partial.latestSource();
            latestId[i] = partial.latestId();
        }

        int bind(Connection connection, PreparedStatement statement, int first)
                throws SQLException {
            int next = cells.bind(connection, statement, first);
            statement.setArray(next++, connection.createArrayOf("bigint", readings));
            statement.setArray(next++, connection.createArrayOf("numeric", sum));
            statement.setArray(next++, connection.createArrayOf("numeric", min));
            statement.setArray(next++, connection.createArrayOf("numeric", max));
            statement.setArray(next++, connection.createArrayOf("numeric", latest));
            statement.setArray(next++, connection.createArrayOf("timestamptz", latestAt));
            statement.setArray(next++, connection.createArrayOf("text", latestSource));
            statement.setArray(next++, connection.createArrayOf("text", latestId));
            return next;
        }
    }
}
