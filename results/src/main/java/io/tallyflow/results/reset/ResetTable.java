package io.tallyflow.results.reset;

import io.tallyflow.results.Question;
import io.tallyflow.results.reset.Reset.Deed;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The resets that are on record in Postgres. Nothing is ever deleted or written twice: whoever
 * comes second finds what the first one wrote.
 */
public final class ResetTable {

    private static final Question<String> METER =
            new Question<>(
                    "select slug from tallyflow.meter_definition where slug = ?",
                    row -> row.getString(1));

    private static final String ADD =
            """
            insert into tallyflow.reset (id, meter, subject, requested, reason, savepoint,
                recorded_by)
            values (?, ?, ?, ?, ?, ?, ?)
            on conflict (id) do nothing
            """;

    private static final String UNDO =
            """
            update tallyflow.reset set undone_at = now(), undone_by = ?, undo_reason = ?
            where id = ? and undone_at is null
            """;

    private static final Question<Reset> RESETS =
            new Question<>(
                    """
            select id, meter, subject, at, requested, savepoint, recorded_at, recorded_by, reason,
                undone_at, undone_by, undo_reason
            from tallyflow.reset
            where (?::text is null or id = ?::text) and (?::text is null or meter = ?::text)
            order by recorded_at desc, id
            """,
                    ResetTable::reset);

    private final Connection connection;

    public ResetTable(Connection connection) {
        this.connection = connection;
    }

    /** Whether there is a meter, in force or not. */
    public boolean knows(String meter) throws SQLException {
        return METER.first(connection, meter) != null;
    }

    /**
     * Puts a reset on record, unless there is one of this id.
     *
     * @param now what it begins with if the request names no time
     * @param savepoint path of one that is on record
     * @return what is on record
     */
    public Reset add(ResetRequest request, Instant now, String savepoint) throws SQLException {
        Instant requested = request.requested() == null ? now : request.requested();
        Question.run(
                connection,
                ADD,
                request.id(),
                request.meter(),
                request.subject(),
                requested.atOffset(ZoneOffset.UTC),
                request.reason(),
                savepoint,
                request.by());
        return Objects.requireNonNull(find(request.id()), "no reset is ever deleted");
    }

    /**
     * Undoes a reset, unless that was done before.
     *
     * @return what is on record; null if there is none of this id
     */
    public @Nullable Reset undo(String id, String by, @Nullable String reason) throws SQLException {
        Question.run(connection, UNDO, by, reason, id);
        return find(id);
    }

    /** The one of an id, or null. */
    public @Nullable Reset find(String id) throws SQLException {
        return RESETS.first(connection, id, id, null, null);
    }

    /**
     * Those of a meter, the last recorded first.
     *
     * @param meter null for all meters
     */
    public List<Reset> all(@Nullable String meter) throws SQLException {
        return RESETS.all(connection, null, null, meter, meter);
    }

    private static Reset reset(ResultSet row) throws SQLException {
        Instant undone = instant(row, "undone_at");
        return new Reset(
                row.getString("id"),
                row.getString("meter"),
                row.getString("subject"),
                Objects.requireNonNull(instant(row, "at"), "not null"),
                Objects.requireNonNull(instant(row, "requested"), "not null"),
                row.getString("savepoint"),
                new Deed(
                        Objects.requireNonNull(instant(row, "recorded_at"), "not null"),
                        row.getString("recorded_by"),
                        row.getString("reason")),
                undone == null
                        ? null
                        : new Deed(
                                undone, row.getString("undone_by"), row.getString("undo_reason")));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
