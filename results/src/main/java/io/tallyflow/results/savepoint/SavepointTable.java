package io.tallyflow.results.savepoint;

import io.tallyflow.results.ledger.LedgerPosition;
import io.tallyflow.schemas.commit.CommitName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The savepoints of a pipeline that are on record in Postgres. */
public final class SavepointTable {

    private static final String POSITION =
            "select epoch, commit from tallyflow.ledger where pipeline = ?";

    private static final String ADD =
            """
            insert into tallyflow.savepoint (path, pipeline, checkpoint, after_epoch, after_commit,
                job, format, stopped, taken_by, token)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final String ALL =
            """
            select s.path, s.checkpoint, s.format, s.taken_at, s.taken_by, s.after_epoch,
                s.after_commit,
                h.epoch, h.commit, h.abandoned_in_epoch is not null as abandoned,
                l.epoch as ledger_epoch, l.commit as ledger_commit
            from tallyflow.savepoint s
            left join tallyflow.ledger l on l.pipeline = s.pipeline
            left join lateral (
                select epoch, commit, abandoned_in_epoch
                from tallyflow.ledger_history
                where pipeline = s.pipeline and checkpoint = s.checkpoint
                  and (token = s.token
                    or s.token is null and (epoch, commit) > (s.after_epoch, s.after_commit))
                order by epoch, commit
                limit 1
            ) h on true
            where s.pipeline = ? and (?::text is null or s.path = ?::text)
            order by s.taken_at desc, s.checkpoint desc
            """;

    private final Connection connection;
    private final String pipeline;

    public SavepointTable(Connection connection, String pipeline) {
        this.connection = connection;
        this.pipeline = pipeline;
    }

    /** Where the pipeline's results stand now. */
    public LedgerPosition position() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(POSITION)) {
            statement.setString(1, pipeline);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? new LedgerPosition(row.getLong(1), row.getLong(2))
                        : LedgerPosition.NOTHING;
            }
        }
    }

    /**
     * Puts a savepoint on record.
     *
     * @param before where the results stood before it was begun
     * @param name of the commit that it stands for; null if it is not known
     */
    public void add(
            Savepoint savepoint,
            LedgerPosition before,
            String job,
            SavepointFormat format,
            boolean stopped,
            String takenBy,
            @Nullable CommitName name)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADD)) {
            statement.setString(1, savepoint.path());
            statement.setString(2, pipeline);
            statement.setLong(3, savepoint.checkpoint());
            statement.setLong(4, before.epoch());
            statement.setLong(5, before.commit());
            statement.setString(6, job);
            statement.setString(7, format.name());
            statement.setBoolean(8, stopped);
            statement.setString(9, takenBy);
            statement.setObject(10, name == null ? null : name.token(), Types.BIGINT);
            statement.executeUpdate();
        }
    }

    /** All of them, newest first. */
    public List<RecordedSavepoint> all() throws SQLException {
        return read(null);
    }

    /** The one at a path, or null if there is none on record. */
    public @Nullable RecordedSavepoint at(String path) throws SQLException {
        List<RecordedSavepoint> found = read(path);
        return found.isEmpty() ? null : found.get(0);
    }

    private List<RecordedSavepoint> read(@Nullable String path) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ALL)) {
            statement.setString(1, pipeline);
            statement.setString(2, path);
            statement.setString(3, path);
            List<RecordedSavepoint> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(savepoint(row));
                }
            }
            return found;
        }
    }

    private static RecordedSavepoint savepoint(ResultSet row) throws SQLException {
        long commit = row.getLong("commit");
        LedgerPosition position =
                row.wasNull() ? null : new LedgerPosition(row.getLong("epoch"), commit);
        return new RecordedSavepoint(
                new Savepoint(row.getString("path"), row.getLong("checkpoint")),
                SavepointFormat.valueOf(row.getString("format")),
                row.getObject("taken_at", OffsetDateTime.class).toInstant(),
                row.getString("taken_by"),
                new LedgerPosition(row.getLong("after_epoch"), row.getLong("after_commit")),
                position,
                row.getBoolean("abandoned"),
                new LedgerPosition(row.getLong("ledger_epoch"), row.getLong("ledger_commit")));
    }
}
