package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The table of requests for meters, within the transaction of a connection. */
final class RequestTable {

    /** Kept until the transaction ends, by all who add requests or register what they ask for. */
    private static final String LOCK =
            "select pg_advisory_xact_lock(hashtextextended('tallyflow.meter_request', 0))";

    private static final String NEWEST =
            "select coalesce(max(request), 0) from tallyflow.meter_request";

    private static final String ASKED =
            """
            select r.request, r.slug, r.version, r.description, r.event_type, r.aggregation,
                r.value_property, r.group_by, r.window_size, r.counts_from, e.counts_to,
                l.layer is not null as registered, coalesce(l.shown, false) as shown,
                w.request as withdrawn
            from tallyflow.meter_request r
            left join tallyflow.layer l on l.slug = r.slug and l.version = r.version
                and l.kind = 'stream'
            left join (
                select slug, version, min(counts_to) as counts_to
                from tallyflow.meter_request
                where kind = 'end' and request <= ?
                group by slug, version
            ) e on e.slug = r.slug and e.version = r.version
            left join tallyflow.meter_request w on w.kind = 'withdraw' and w.slug = r.slug
                and w.version = r.version
            where r.kind = 'define' and r.request <= ?
            order by r.slug, r.version
            """;

    // A version after others counts from the boundary after all that was accepted, and after now,
    // as
    // events come that are on their way; and not before the one before it ends.
    private static final String DEFINE =
            """
            insert into tallyflow.meter_request (kind, slug, version, description, event_type,
                aggregation, value_property, group_by, window_size, counts_from)
            select 'define', w.slug,
                1 + coalesce((select max(o.version) from tallyflow.meter_request o
                    where o.slug = w.slug), 0),
                w.description, w.event_type, w.aggregation, w.value_property, w.group_by::jsonb,
                w.window_size,
                case when w.counts_from is not null then w.counts_from
                when exists (
                    select from tallyflow.layer l where l.slug = w.slug and l.kind = 'stream')
                then
                    greatest(
                        date_bin(
                            tallyflow.grain(w.window_size),
                            greatest(now(), (select max(newest_event) from tallyflow.ledger)),
                            '0001-01-01 00:00:00+00')
                        + tallyflow.grain(w.window_size),
                        (select max(o.counts_to) from tallyflow.meter_request o
                            where o.slug = w.slug))
                end
            from (
                select u.*, ?::timestamptz as counts_from
                from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                        ?::text[])
                    with ordinality as u (slug, description, event_type, aggregation,
                        value_property, group_by, window_size, place)) w
            order by w.place
            """;

    // After what was accepted, or after now if that lies in the future: what one wrong clock said
    // must not let a meter go on for years.
    private static final String END =
            """
            insert into tallyflow.meter_request (kind, slug, version, counts_to)
            select 'end', r.slug, r.version,
                coalesce(
                    ?,
                    greatest(
                        r.counts_from,
                        date_bin(
                            tallyflow.grain(r.window_size),
                            least(now(), (select max(newest_event) from tallyflow.ledger)),
                            '0001-01-01 00:00:00+00')
                        + tallyflow.grain(r.window_size)))
            from tallyflow.meter_request r
            where r.kind = 'define' and r.slug = ? and r.version = ?
            """;

    private static final String WITHDRAW =
            "insert into tallyflow.meter_request (kind, slug, version) values ('withdraw', ?, ?)";

    private static final String DESCRIBE =
            """
            update tallyflow.meter_request set description = ?
            where kind = 'define' and slug = ? and version = ?
            """;

    private static final String DESCRIBE_REGISTERED =
            "update tallyflow.meter_definition set description = ? where slug = ?";

    private static final String LAST_FILE =
            "select digest from tallyflow.meter_file order by taken desc limit 1";

    private static final String TAKE_FILE = "insert into tallyflow.meter_file (digest) values (?)";

    private final Connection connection;

    private RequestTable(Connection connection) {
        this.connection = connection;
    }

    /** For reading what was asked for. */
    static RequestTable readable(Connection connection) {
        return new RequestTable(connection);
    }

    /** For asking and registering: until the transaction ends nobody else does either. */
    static RequestTable locked(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK);
        }
        return new RequestTable(connection);
    }

    /**
     * A version that was asked for.
     *
     * @param endsAt first event time that it does not count any more; null if nobody asked for an
     *     end
     * @param registered whether a commit has counted by it
     * @param shown whether totals take anything from it
     * @param withdrawn whether it was taken back, at any time
     */
    record Asked(
            long request,
            Meter meter,
            int version,
            long fromMillis,
            @Nullable Instant endsAt,
            boolean registered,
            boolean shown,
            boolean withdrawn) {

        @Nullable Instant from() {
            return fromMillis == MeterVersion.ALWAYS_FROM ? null : Instant.ofEpochMilli(fromMillis);
        }

        /** The time that it counts; null if none is left to it. */
        @Nullable MeterVersion counted() {
            long to = endsAt == null ? MeterVersion.ALWAYS_TO : endsAt.toEpochMilli();
            return fromMillis < to ? new MeterVersion(meter, version, fromMillis, to) : null;
        }
    }

    /** Number of the newest request. */
    long newest() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(NEWEST)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Every version that was asked for up to a request and not taken back until then. */
    List<Asked> asked(long upTo) throws SQLException {
        return read(upTo, withdrawn -> withdrawn == null || withdrawn > upTo);
    }

    /** Every version that was ever asked for up to a request. */
    List<Asked> everAsked(long upTo) throws SQLException {
        return read(upTo, withdrawn -> true);
    }

    /** By slug and version. */
    private List<Asked> read(long upTo, Predicate<@Nullable Long> withdrawn) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ASKED)) {
            statement.setLong(1, upTo);
            statement.setLong(2, upTo);
            List<Asked> asked = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    @Nullable Long takenBack = row.getObject("withdrawn", Long.class);
                    if (!withdrawn.test(takenBack)) {
                        continue;
                    }
                    @Nullable OffsetDateTime to = row.getObject("counts_to", OffsetDateTime.class);
                    asked.add(
                            new Asked(
                                    row.getLong("request"),
                                    MeterColumns.meter(row),
                                    row.getInt("version"),
                                    MeterColumns.fromMillis(row),
                                    to == null ? null : to.toInstant(),
                                    row.getBoolean("registered"),
                                    row.getBoolean("shown"),
                                    takenBack != null));
                }
            }
            return asked;
        }
    }

    /** What is counted as of a request. */
    Definitions definitions(long upTo) throws SQLException {
        List<MeterVersion> versions = new ArrayList<>();
        for (Asked asked : asked(upTo)) {
            MeterVersion counted = asked.counted();
            if (counted != null) {
                versions.add(counted);
            }
        }
        return new Definitions(upTo, versions);
    }

    /**
     * Asks for the next version of each.
     *
     * @param from first event time that it counts; null for the next boundary after all that was
     *     accepted, and for all time if it is the first version
     */
    void define(List<Meter> meters, @Nullable Instant from) throws SQLException {
        if (meters.isEmpty()) {
            return;
        }
        List<MeterDefinition> definitions = MeterDefinition.of(MeterVersion.firsts(meters));
        try (PreparedStatement statement = connection.prepareStatement(DEFINE)) {
            statement.setObject(1, from == null ? null : from.atOffset(ZoneOffset.UTC));
            MeterRegistry.bindTexts(statement, 2, definitions, MeterDefinition.MEANING);
            statement.executeUpdate();
        }
    }

    /**
     * Asks that a version is not counted any more.
     *
     * @param at from which event time on; null for the next boundary
     */
    void end(Asked version, @Nullable Instant at) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(END)) {
            statement.setObject(1, at == null ? null : at.atOffset(ZoneOffset.UTC));
            statement.setString(2, version.meter().slug());
            statement.setInt(3, version.version());
            statement.executeUpdate();
        }
    }

    /** Takes a version back that totals do not show. */
    void withdraw(Asked version) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WITHDRAW)) {
            statement.setString(1, version.meter().slug());
            statement.setInt(2, version.version());
            statement.executeUpdate();
        }
    }

    /** Says it in other words; that is no other version. */
    void describe(Asked version, String description) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DESCRIBE)) {
            statement.setString(1, description);
            statement.setString(2, version.meter().slug());
            statement.setInt(3, version.version());
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(DESCRIBE_REGISTERED)) {
            statement.setString(1, description);
            statement.setString(2, version.meter().slug());
            statement.executeUpdate();
        }
    }

    /** Whether it is the file that the start before took. */
    boolean isLastFile(String digest) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LAST_FILE)) {
            return row.next() && row.getString(1).equals(digest);
        }
    }

    /** A start takes a file. */
    void takeFile(String digest) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TAKE_FILE)) {
            statement.setString(1, digest);
            statement.executeUpdate();
        }
    }
}
