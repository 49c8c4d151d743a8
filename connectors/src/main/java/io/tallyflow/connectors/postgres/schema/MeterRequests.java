package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * The versions of meters that were asked for. They stand in the database before a job counts by
 * them: a job that is built once more, by whomever, is built with the same versions.
 */
public final class MeterRequests {

    /** The versions that a job still counts by: the newest, and earlier ones for their time. */
    private static final String KNOWN =
            """
            select r.request, r.slug, r.version, r.description, r.event_type, r.aggregation,
                r.value_property, r.group_by, r.window_size, r.counts_from, l.counts_to,
                l.layer is not null as registered
            from tallyflow.meter_request r
            left join tallyflow.layer l on l.slug = r.slug and l.version = r.version
                and l.kind = 'stream'
            where r.slug = any (?) and r.withdrawn_at is null
              and (l.layer is null or l.shown or r.version = (
                select max(o.version) from tallyflow.meter_request o
                where o.slug = r.slug and o.withdrawn_at is null))
            order by r.slug, r.version
            """;

    /** What nothing was counted by yet is no version of the meter. */
    private static final String WITHDRAW =
            """
            update tallyflow.meter_request set withdrawn_at = now(), withdrawn_by = session_user
            where request = any (?)
            """;

    // After everything that was counted, and after now, as events come that are on their way.
    private static final String ASK =
            """
            insert into tallyflow.meter_request (slug, version, description, event_type, aggregation,
                value_property, group_by, window_size, counts_from)
            select w.slug,
                1 + coalesce((select max(o.version) from tallyflow.meter_request o
                    where o.slug = w.slug), 0),
                w.description, w.event_type, w.aggregation, w.value_property, w.group_by::jsonb,
                w.window_size,
                case when exists (
                    select from tallyflow.layer l where l.slug = w.slug and l.kind = 'stream')
                then
                    date_bin(
                        tallyflow.grain(w.window_size),
                        greatest(now(), (select max(newest_event) from tallyflow.ledger)),
                        '0001-01-01 00:00:00+00')
                    + tallyflow.grain(w.window_size)
                end
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                with ordinality as w (slug, description, event_type, aggregation, value_property,
                    group_by, window_size, place)
            order by w.place
            """;

    private MeterRequests() {}

    /**
     * Asks for what the meters of a file need: a first version of each that is new, and another one
     * of each that has changed, which counts from the next boundary of its windows on.
     *
     * @param meters each slug once
     * @return the versions that a job has to count by, by meters in their order
     * @throws ChangedMeterException if a meter has another aggregation or window size than before:
     *     nothing is asked for then
     * @throws SchemaException if the database does not have the tables
     */
    public static List<MeterVersion> take(DataSource database, List<Meter> meters)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            List<MeterVersion> versions = take(connection, meters);
            connection.commit();
            return versions;
        } catch (SQLException e) {
            throw MeterRegistry.orSchemaNotThere(e);
        }
    }

    /** The same within the transaction of the connection. */
    static List<MeterVersion> take(Connection connection, List<Meter> meters) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(MeterRegistry.LOCK);
        }
        Map<String, List<Asked>> known = known(connection, meters);
        List<String> problems = new ArrayList<>();
        List<Long> withdrawn = new ArrayList<>();
        List<Meter> wanted = new ArrayList<>();
        for (Meter meter : meters) {
            List<Asked> before = new ArrayList<>(known.getOrDefault(meter.slug(), List.of()));
            while (!before.isEmpty() && last(before).isMistakenFor(meter)) {
                withdrawn.add(before.remove(before.size() - 1).request());
            }
            if (before.isEmpty()) {
                wanted.add(meter);
            } else if (!meansTheSame(last(before).version().meter(), meter)) {
                problems.addAll(problems(last(before).version().meter(), meter));
                wanted.add(meter);
            }
        }
        if (!problems.isEmpty()) {
            throw new ChangedMeterException(problems);
        }
        withdraw(connection, withdrawn);
        ask(connection, wanted);
        return versions(meters, known(connection, meters));
    }

    /**
     * A version that was asked for.
     *
     * @param registered whether a commit has counted by it
     */
    private record Asked(long request, MeterVersion version, boolean registered) {

        /** Whether a start that never counted asked for it, and another one is meant. */
        boolean isMistakenFor(Meter meter) {
            return !registered && !meansTheSame(version.meter(), meter);
        }
    }

    private static Asked last(List<Asked> all) {
        return all.get(all.size() - 1);
    }

    private static List<MeterVersion> versions(List<Meter> meters, Map<String, List<Asked>> known) {
        List<MeterVersion> versions = new ArrayList<>();
        for (Meter meter : meters) {
            for (Asked asked : known.getOrDefault(meter.slug(), List.of())) {
                MeterVersion version = asked.version();
                // Only the words for people may be other ones.
                versions.add(
                        meansTheSame(version.meter(), meter)
                                ? new MeterVersion(
                                        meter,
                                        version.version(),
                                        version.fromMillis(),
                                        version.toMillis())
                                : version);
            }
        }
        return versions;
    }

    private static boolean meansTheSame(Meter one, Meter other) {
        return MeterDefinition.of(MeterVersion.first(one))
                .meansTheSameAs(MeterDefinition.of(MeterVersion.first(other)));
    }

    private static List<String> problems(Meter known, Meter wanted) {
        List<String> problems = new ArrayList<>();
        if (known.aggregation() != wanted.aggregation()) {
            problems.add(
                    MeterRegistry.problem(
                            known.slug(),
                            "aggregation",
                            known.aggregation().name(),
                            wanted.aggregation().name()));
        }
        if (known.windowSize() != wanted.windowSize()) {
            problems.add(
                    MeterRegistry.problem(
                            known.slug(),
                            "windowSize",
                            known.windowSize().name(),
                            wanted.windowSize().name()));
        }
        return problems;
    }

    private static void withdraw(Connection connection, List<Long> requests) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(WITHDRAW)) {
            statement.setArray(1, connection.createArrayOf("bigint", requests.toArray()));
            statement.executeUpdate();
        }
    }

    private static void ask(Connection connection, List<Meter> wanted) throws SQLException {
        List<MeterDefinition> definitions = MeterDefinition.of(MeterVersion.firsts(wanted));
        try (PreparedStatement statement = connection.prepareStatement(ASK)) {
            MeterRegistry.bindTexts(
                    statement,
                    1,
                    definitions,
                    List.of(
                            MeterDefinition::slug,
                            MeterDefinition::description,
                            MeterDefinition::eventType,
                            MeterDefinition::aggregation,
                            MeterDefinition::valueProperty,
                            MeterDefinition::groupByJson,
                            MeterDefinition::windowSize));
            statement.executeUpdate();
        }
    }

    /** By slug, the newest version last. */
    private static Map<String, List<Asked>> known(Connection connection, List<Meter> meters)
            throws SQLException {
        Object[] slugs = meters.stream().map(Meter::slug).toArray();
        Map<String, List<Asked>> known = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(KNOWN)) {
            statement.setArray(1, connection.createArrayOf("text", slugs));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    known.computeIfAbsent(row.getString("slug"), slug -> new ArrayList<>())
                            .add(
                                    new Asked(
                                            row.getLong("request"),
                                            MeterColumns.version(row),
                                            row.getBoolean("registered")));
                }
            }
        }
        return known;
    }
}
