package io.tallyflow.connectors.postgres;

import io.tallyflow.connectors.postgres.session.CountColumns;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.progress.Count;
import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The ledger's row and its history, read and written inside a transaction. */
final class LedgerTable {

    private static final String CREATE =
            """
            insert into tallyflow.ledger (pipeline, epoch, commit, token, checkpoint, committed_at,
                offsets, reasons, shards)
            values (?, 0, 0, 0, 0, now(), '{}', '{}', ?)
            on conflict do nothing
            """;

    private static final String RESHARD =
            "update tallyflow.ledger set shards = ? where pipeline = ? and commit = 0 and epoch = 0";

    private static final String SHARDS = "select shards from tallyflow.ledger where pipeline = ?";

    private static final String LOCK =
            """
            select epoch, commit, token, checkpoint, watermark, settled_until, offsets, %s, reasons,
                newest_event, definitions
            from tallyflow.ledger where pipeline = ? for update
            """
                    .formatted(Count.columns());

    private static final String AGE =
            """
            select extract(epoch from now() - committed_at)::bigint
            from tallyflow.ledger where pipeline = ?
            """;

    private static final String FIND =
            """
            select epoch, commit, abandoned_in_epoch is not null,
                extract(epoch from now() - committed_at)::bigint
            from tallyflow.ledger_history where pipeline = ? and token = ? and checkpoint = ?
            union all
            select epoch, commit, true, 0
            from tallyflow.abandoned_commit where pipeline = ? and token = ? and checkpoint = ?
            """;

    private static final String RECALL =
            """
            select epoch, commit, token, checkpoint, watermark, settled_until, offsets, %s, reasons,
                newest_event, definitions
            from tallyflow.ledger_history where pipeline = ? and token = ? and checkpoint = ?
            """
                    .formatted(Count.columns());

    private static final String WRITE =
            """
            update tallyflow.ledger set epoch = ?, commit = ?, token = ?, checkpoint = ?,
                watermark = ?, settled_until = ?, offsets = ?::jsonb, %s, reasons = ?::jsonb,
                newest_event = ?, definitions = ?, committed_at = now()
            where pipeline = ?
            """
                    .formatted(eachCount(Count::column, " = ?"));

    private static final String REMEMBER =
            """
            insert into tallyflow.ledger_history (epoch, commit, token, checkpoint, watermark,
                settled_until, offsets, %s, reasons, newest_event, definitions, pipeline, prev_token,
                prev_checkpoint, usage_from, usage_until, committed_at)
            values (?, ?, ?, ?, ?, ?, ?::jsonb, %s, ?::jsonb, ?, ?, ?, ?, ?, ?, ?, now())
            """
                    .formatted(Count.columns(), eachCount(count -> "", "?"));

    private final Connection connection;
    private final String pipeline;

    LedgerTable(Connection connection, String pipeline) {
        this.connection = connection;
        this.pipeline = pipeline;
    }

    /**
     * Where a commit stands in the history.
     *
     * @param abandoned whether a rewind took it back
     * @param age how long ago it was made
     */
    record CommitPlace(long epoch, long commit, boolean abandoned, Duration age) {}

    /**
     * Makes the row of a new pipeline; does nothing if it is there.
     *
     * @param shards of each subject, from now on
     */
    void create(int shards) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CREATE)) {
            statement.setString(1, pipeline);
            statement.setInt(2, shards);
            statement.executeUpdate();
        }
    }

    /**
     * Changes the number of shards of a pipeline that has committed nothing yet; does nothing to
     * any other. Only for a start without state: a state may hold a commit that is still to be
     * made, and is laid out for the number that it was written with.
     */
    void reshard(int shards) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RESHARD)) {
            statement.setInt(1, shards);
            statement.setString(2, pipeline);
            statement.executeUpdate();
        }
    }

    /** How many shards each subject is split into. */
    int shards() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SHARDS)) {
            statement.setString(1, pipeline);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    /** The ledger, locked until the transaction ends. */
    Ledger lock() throws SQLException, IOException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setString(1, pipeline);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException(
                            "the ledger has no row for pipeline " + pipeline, "02000");
                }
                return read(row);
            }
        }
    }

    /** How long ago the last commit was. */
    Duration age() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(AGE)) {
            statement.setString(1, pipeline);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return Duration.ofSeconds(row.getLong(1));
            }
        }
    }

    /** Where a commit stands, or null if it was never applied. */
    @Nullable CommitPlace find(CommitName name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            bindName(statement, bindName(statement, 1, name), name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new CommitPlace(
                                row.getLong(1),
                                row.getLong(2),
                                row.getBoolean(3),
                                Duration.ofSeconds(row.getLong(4)))
                        : null;
            }
        }
    }

    /** The whole ledger as of an applied commit. */
    Ledger recall(CommitName name) throws SQLException, IOException {
        try (PreparedStatement statement = connection.prepareStatement(RECALL)) {
            bindName(statement, 1, name);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("the history does not know commit " + name, "02000");
                }
                return read(row);
            }
        }
    }

    /** Puts the ledger where the given one stands. */
    void write(Ledger ledger) throws SQLException, IOException {
        try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
            int next = bind(statement, ledger);
            statement.setString(next, pipeline);
            statement.executeUpdate();
        }
    }

    /** Adds a commit to the history, with the windows of the usage rows that it wrote. */
    void remember(Ledger ledger, CommitName previous, CommitRows.Written written)
            throws SQLException, IOException {
        try (PreparedStatement statement = connection.prepareStatement(REMEMBER)) {
            int next = bind(statement, ledger);
            statement.setString(next++, pipeline);
            statement.setLong(next++, previous.token());
            statement.setLong(next++, previous.checkpoint());
            if (written.hasUsage()) {
                statement.setObject(next++, PostgresTime.ofMillis(written.usageFromMillis()));
                statement.setObject(next, PostgresTime.ofMillis(written.usageUntilMillis()));
            } else {
                statement.setNull(next++, Types.TIMESTAMP_WITH_TIMEZONE);
                statement.setNull(next, Types.TIMESTAMP_WITH_TIMEZONE);
            }
            statement.executeUpdate();
        }
    }

    /** The place of the next value. */
    private int bindName(PreparedStatement statement, int first, CommitName name)
            throws SQLException {
        statement.setString(first, pipeline);
        statement.setLong(first + 1, name.token());
        statement.setLong(first + 2, name.checkpoint());
        return first + 3;
    }

    private static int bind(PreparedStatement statement, Ledger ledger)
            throws SQLException, IOException {
        int next = 1;
        statement.setLong(next++, ledger.epoch());
        statement.setLong(next++, ledger.commit());
        statement.setLong(next++, ledger.name().token());
        statement.setLong(next++, ledger.name().checkpoint());
        bind(statement, next++, ledger.watermarkMillis());
        bind(statement, next++, ledger.settledUntilMillis());
        statement.setString(next++, JsonCounts.format(ledger.offsets()));
        for (long count : ledger.counts().values()) {
            statement.setLong(next++, count);
        }
        statement.setString(next++, JsonCounts.format(ledger.reasons()));
        bind(statement, next++, ledger.newestMillis());
        statement.setLong(next++, ledger.definitions());
        return next;
    }

    private static void bind(PreparedStatement statement, int place, @Nullable Long millis)
            throws SQLException {
        if (millis == null) {
            statement.setNull(place, Types.TIMESTAMP_WITH_TIMEZONE);
        } else {
            statement.setTimestamp(place, Timestamp.from(Instant.ofEpochMilli(millis)));
        }
    }

    private static Ledger read(ResultSet row) throws SQLException, IOException {
        Map<Integer, Long> offsets = JsonCounts.parseByPartition(row.getString("offsets"));
        return new Ledger(
                row.getLong("epoch"),
                row.getLong("commit"),
                new CommitName(row.getLong("token"), row.getLong("checkpoint")),
                millis(row.getTimestamp("watermark")),
                millis(row.getTimestamp("settled_until")),
                offsets,
                CountColumns.read(row),
                JsonCounts.parse(row.getString("reasons")),
                millis(row.getTimestamp("newest_event")),
                row.getLong("definitions"));
    }

    private static @Nullable Long millis(@Nullable Timestamp time) {
        return time == null ? null : time.toInstant().toEpochMilli();
    }

    private static String eachCount(Function<Count, String> name, String parameter) {
        return Count.all().stream()
                .map(count -> name.apply(count) + parameter)
                .collect(Collectors.joining(", "));
    }
}
