package io.tallyflow.connectors.postgres.patch;

import io.tallyflow.connectors.postgres.session.ColumnTime;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The voids that the lake has, within the transaction of a connection. */
public final class VoidTable {

    /** A void of an event that never came: as long as the stream remembers an event. */
    public static final Duration EXPIRES_AFTER = Duration.ofDays(40);

    // Without a look of this epoch, what is known of voids says how far one has been.
    private static final String LOOKED_UNTIL =
            """
            select coalesce(
                (select checkpoint from tallyflow.void_look where epoch = ?),
                (select max(checkpoint) from tallyflow.void_event),
                0)
            """;

    private static final String LOOK =
            """
            insert into tallyflow.void_look (epoch, checkpoint, committed_at, accepted)
            select ?, ?, h.committed_at, h.metered + h.unmatched
            from tallyflow.ledger_history h
            where h.commit = ? and h.abandoned_in_epoch is null
            order by h.committed_at desc limit 1
            on conflict (one) do update
            set epoch = excluded.epoch, checkpoint = excluded.checkpoint,
                committed_at = excluded.committed_at, accepted = excluded.accepted
            """;

    private static final String ADD =
            """
            insert into tallyflow.void_event (void, target, subject, source, id, reason, requested_at,
                checkpoint, looked_at, state)
            select ?, t.target, ?, ?, ?, ?, ?, ?, ?,
                case
                    when t.target is null then 'expired'
                    when exists (
                        select from tallyflow.void_event v
                        where v.target = t.target and v.state in ('pending', 'applied'))
                    then 'repeated'
                    else 'pending'
                end
            from (values (?::uuid)) t (target)
            on conflict (void) do nothing
            """;

    private static final String FOUND =
            """
            update tallyflow.void_event set event_type = ?, event_at = ?, event_checkpoint = ?
            where target = ? and state = 'pending'
            """;

    private static final String EXPIRE =
            """
            update tallyflow.void_event set state = 'expired'
            where state = 'pending' and event_at is null
              and coalesce(looked_at, requested_at) < ?::timestamptz
            """;

    private static final String WANTED =
            """
            select target, subject from tallyflow.void_event
            where state = 'pending' and event_at is null
            """;

    private static final String PENDING =
            """
            select void, target, subject, source, id, event_type, event_at, event_checkpoint, reason
            from tallyflow.void_event
            where state = 'pending' and event_at is not null
            order by event_at, void
            """;

    private static final String COUNT_PENDING =
            """
            select count(*) from tallyflow.void_event
            where state = 'pending' and event_at is not null
            """;

    private static final String APPLIED =
            """
            update tallyflow.void_event set state = 'applied', run = ?
            where void = any (?) and state = 'pending'
            """;

    private static final String ASK_AGAIN =
            """
            update tallyflow.void_event set state = 'pending', run = null
            where state = 'applied' and run > ? and event_type = ?
            """;

    private final Connection connection;

    public VoidTable(Connection connection) {
        this.connection = connection;
    }

    /** Up to which checkpoint the lake was looked through in an epoch. */
    public long lookedUntil(long epoch) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOOKED_UNTIL)) {
            statement.setLong(1, epoch);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /**
     * Says that it was looked through up to a checkpoint.
     *
     * @param commit number of the commit that the lake stood for
     */
    public void look(long epoch, long checkpoint, long commit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOOK)) {
            statement.setLong(1, epoch);
            statement.setLong(2, checkpoint);
            statement.setLong(3, commit);
            statement.executeUpdate();
        }
    }

    /**
     * Adds voids, those that came first first; what is there already stays as it is.
     *
     * @param watermark of the lake that they were found in; null if it has none
     */
    public void add(List<VoidEvent> voids, @Nullable Instant watermark) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ADD)) {
            for (VoidEvent one : voids) {
                statement.setObject(1, one.key());
                statement.setString(2, one.subject());
                statement.setString(3, one.source());
                statement.setString(4, one.id());
                statement.setString(5, one.reason());
                statement.setObject(6, ColumnTime.of(one.requestedAt()));
                statement.setLong(7, one.checkpoint());
                statement.setObject(8, ColumnTime.of(watermark));
                statement.setObject(9, one.target());
                // Each by itself: a later one of the same event is a repetition of this one.
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Notes events that voids are waiting for. */
    public void found(Collection<VoidTarget> targets) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FOUND)) {
            for (VoidTarget target : targets) {
                statement.setString(1, target.type());
                statement.setObject(2, ColumnTime.of(target.at()));
                statement.setLong(3, target.checkpoint());
                statement.setObject(4, target.key());
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Gives voids up whose event has not come for too long, by the stream's own time. */
    public void expire(Instant watermark) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(EXPIRE)) {
            statement.setObject(1, ColumnTime.of(watermark.minus(EXPIRES_AFTER)));
            statement.executeUpdate();
        }
    }

    /** The events that voids name and that have not come. */
    public List<WantedTarget> wanted() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WANTED);
                ResultSet row = statement.executeQuery()) {
            List<WantedTarget> all = new ArrayList<>();
            while (row.next()) {
                all.add(new WantedTarget(row.getObject(1, UUID.class), row.getString(2)));
            }
            return all;
        }
    }

    /** The voids whose event is there and counts, by its time. */
    public List<PendingVoid> pending() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PENDING);
                ResultSet row = statement.executeQuery()) {
            List<PendingVoid> all = new ArrayList<>();
            while (row.next()) {
                all.add(
                        new PendingVoid(
                                row.getObject(1, UUID.class),
                                new VoidTarget(
                                        row.getObject(2, UUID.class),
                                        row.getString(3),
                                        row.getString(4),
                                        row.getString(5),
                                        row.getString(6),
                                        row.getObject(7, OffsetDateTime.class).toInstant(),
                                        row.getLong(8)),
                                row.getString(9)));
            }
            return all;
        }
    }

    /** How many there are of those. */
    public long countPending() throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COUNT_PENDING);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    /**
     * Says that no total includes the events of some voids.
     *
     * @param run that counted their windows again; null if no meter had counted them
     * @return how many of them were pending
     */
    public int applied(Collection<UUID> voids, @Nullable Long run) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(APPLIED)) {
            Array keys = connection.createArrayOf("uuid", voids.toArray());
            statement.setObject(1, run);
            statement.setArray(2, keys);
            return statement.executeUpdate();
        }
    }

    /**
     * Has voids applied once more that were applied since a run began: it may have counted their
     * events before.
     *
     * @param type of events that the run has counted
     */
    public void askAgain(long run, String type) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ASK_AGAIN)) {
            statement.setLong(1, run);
            statement.setString(2, type);
            statement.executeUpdate();
        }
    }
}
