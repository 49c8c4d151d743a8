package io.tallyflow.results.savepoint;

import io.tallyflow.results.Question;
import io.tallyflow.results.ledger.LedgerPosition;
import io.tallyflow.schemas.commit.CommitName;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The savepoints of a pipeline that are on record in Postgres. */
public final class SavepointTable {

    private static final Question<LedgerPosition> POSITION =
            new Question<>(
                    "select epoch, commit from tallyflow.ledger where pipeline = ?",
                    row -> new LedgerPosition(row.getLong(1), row.getLong(2)));

    private static final String ADD =
            """
            insert into tallyflow.savepoint (path, pipeline, checkpoint, after_epoch, after_commit,
                job, format, stopped, taken_by, token)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """;

    private static final Question<RecordedSavepoint> SAVEPOINTS =
            new Question<>(
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
            """,
                    SavepointTable::savepoint);

    private final Connection connection;
    private final String pipeline;

    public SavepointTable(Connection connection, String pipeline) {
        this.connection = connection;
        this.pipeline = pipeline;
    }

    /** Where the pipeline's results stand now. */
    public LedgerPosition position() throws SQLException {
        LedgerPosition position = POSITION.first(connection, pipeline);
        return position == null ? LedgerPosition.NOTHING : position;
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
        Question.run(
                connection,
                ADD,
                savepoint.path(),
                pipeline,
                savepoint.checkpoint(),
                before.epoch(),
                before.commit(),
                job,
                format.name(),
                stopped,
                takenBy,
                name == null ? null : name.token());
    }

    /** All of them, newest first. */
    public List<RecordedSavepoint> all() throws SQLException {
        return SAVEPOINTS.all(connection, pipeline, null, null);
    }

    /** The one at a path, or null if there is none on record. */
    public @Nullable RecordedSavepoint at(String path) throws SQLException {
        return SAVEPOINTS.first(connection, pipeline, path, path);
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
