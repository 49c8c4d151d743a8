package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.connectors.postgres.schema.RequestTable.Asked;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The meter definitions that totals are made of. A version of a slug keeps its meaning for ever,
 * and all versions of a slug aggregate alike over windows of one size; the past of a meter that is
 * not counted any more stays queryable. A version is registered by the first commit that all tasks
 * count by, together with its layer, so that a start which is refused changes no totals.
 */
public final class MeterRegistry {

    private static final String WANTED =
            """
            unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::text[]::integer[], ?::text[]::timestamptz[], ?::text[],
                    ?::text[]::timestamptz[])
                with ordinality as w (slug, description, event_type, aggregation, value_property,
                    group_by, window_size, version, counts_from, name, newest, place)
            """;

    // What totals never showed binds nobody.
    private static final String PUT_SLUGS =
            """
            insert into tallyflow.meter_definition as d (slug, description, event_type, aggregation,
                value_property, group_by, window_size, in_force, complete_from)
            select distinct on (w.slug) w.slug, w.description, w.event_type, w.aggregation,
                w.value_property, w.group_by::jsonb, w.window_size, true,
                date_bin(tallyflow.grain(w.window_size), w.newest, '0001-01-01 00:00:00+00')
                    + tallyflow.grain(w.window_size)
            from %s
            order by w.slug, w.version desc
            on conflict (slug) do update set
                aggregation = excluded.aggregation, value_property = excluded.value_property,
                window_size = excluded.window_size, complete_from = excluded.complete_from
            where not exists (select from tallyflow.layer l where l.slug = d.slug and l.shown)
            """
                    .formatted(WANTED);

    // Where events of its time were counted before it, totals would lack them.
    private static final String PUT_LAYERS =
            """
            insert into tallyflow.layer (layer, slug, version, kind, name, since_commit, event_type,
                value_property, group_by, counts_from, shown, cells_of)
            select n.layer, n.slug, n.version, 'stream', n.name, ?, n.event_type, n.value_property,
                n.group_by::jsonb, n.counts_from,
                n.counts_from is null or coalesce(n.counts_from > n.newest, true), n.layer
            from (
                select w.*, (select coalesce(max(layer), 0) from tallyflow.layer)
                    + row_number() over (order by w.place) as layer
                from %s
                where not exists (select from tallyflow.layer l where l.name = w.name)
            ) n
            """
                    .formatted(WANTED);

    /** A rewind took the commit back that had registered them, and this one does it again. */
    private static final String REGISTER_AGAIN =
            "update tallyflow.layer set since_commit = ? where name = any (?)";

    private static final String HIDE =
            "update tallyflow.layer set shown = false where name = any (?) and shown";

    private static final String SHOW =
            "update tallyflow.layer set shown = true where name = any (?) and not shown";

    /**
     * What would be left of no time at all is not shown. What runs have counted ends with what the
     * stream counts.
     */
    private static final String END_EARLIER =
            """
            update tallyflow.layer l set
                counts_to = case when l.counts_from >= n.counts_from then null
                    else n.counts_from end,
                shown = coalesce(l.counts_from < n.counts_from, n.counts_from is not null)
            from (
                select l.slug, l.version, l.counts_from
                from tallyflow.layer l
                join unnest(?::text[]) w (name) on w.name = l.name
                where l.shown and l.kind = 'stream'
            ) n
            where l.slug = n.slug and l.shown and l.version < n.version
              and (l.counts_to is null or l.counts_to > n.counts_from)
            """;

    private static final String END_ASKED =
            """
            update tallyflow.layer l set
                counts_to = case when l.counts_from >= e.at then l.counts_to else e.at end,
                shown = l.shown and coalesce(l.counts_from < e.at, true)
            from unnest(?::text[], ?::text[]::timestamptz[]) e (name, at)
            join tallyflow.layer s on s.name = e.name
            where l.slug = s.slug and l.version = s.version
              and (l.counts_to is null or l.counts_to > e.at)
            """;

    // The next one has taken over, so nobody needs what it would count on. A version that is not
    // shown, and has one after it that is, never will be.
    private static final String STOP_EARLIER =
            """
            insert into tallyflow.meter_request (kind, slug, version, counts_to)
            select 'end', l.slug, l.version, coalesce(l.counts_to, l.counts_from, n.counts_from)
            from tallyflow.layer l
            join (
                select distinct on (slug) slug, version, counts_from
                from tallyflow.layer where shown and kind = 'stream'
                order by slug, version desc
            ) n on n.slug = l.slug and l.version < n.version
            where l.kind = 'stream' and coalesce(l.counts_to, l.counts_from, n.counts_from) is not null
              and not exists (
                select from tallyflow.meter_request r
                where r.slug = l.slug and r.version = l.version and r.kind in ('end', 'withdraw'))
            order by l.layer
            """;

    private static final String PUT =
            """
            update tallyflow.meter_definition d set
                description = w.description, in_force = true, event_type = l.event_type,
                value_property = l.value_property, group_by = l.group_by, version = l.version,
                counts_from = l.counts_from, since_commit = l.since_commit
            from (
                select distinct on (w.slug) w.slug, w.description
                from %s
                order by w.slug, w.version desc
            ) w
            cross join lateral (
                select l.* from tallyflow.layer l
                where l.slug = w.slug and l.kind = 'stream' and l.shown
                order by l.version desc limit 1
            ) l
            where d.slug = w.slug
              and (d.description, d.in_force, d.version, d.since_commit)
                is distinct from (w.description, true, l.version, l.since_commit)
            """
                    .formatted(WANTED);

    private static final String RETIRE =
            """
            update tallyflow.meter_definition set in_force = false
            where in_force and slug <> all (?)
            """;

    /** SQLSTATEs of a schema, a table, a function and a column that do not exist. */
    private static final Set<String> NOT_THERE = Set.of("3F000", "42P01", "42883", "42703");

    private MeterRegistry() {}

    /**
     * The failure itself.
     *
     * @throws SchemaException if it is that the tables are not there
     */
    static SQLException orSchemaNotThere(SQLException failure) {
        if (NOT_THERE.contains(Objects.toString(failure.getSQLState(), ""))) {
            throw new SchemaException(
                    "the database has no schema "
                            + Migrations.SCHEMA
                            + " of this version ("
                            + String.valueOf(failure.getMessage()).lines().findFirst().orElse("")
                            + "); tallyflow prepare brings it up to date.",
                    failure);
        }
        return failure;
    }

    /**
     * Registers what was asked for up to a request, within the transaction of the connection: each
     * version with a layer for what the stream counts by it. A version that begins later than all
     * that was accepted before is shown at once, and ends the one before it; that this one is not
     * counted any more is then asked for.
     *
     * @param before all tasks counted by it already
     * @param request all tasks count by it
     * @param commit number of the commit that this is part of; 0 for none
     * @param newestBefore greatest event time that was accepted and not counted by a request,
     *     milliseconds since the epoch, UTC; null if there was none
     */
    public static void register(
            Connection connection,
            long before,
            long request,
            long commit,
            LongFunction<@Nullable Long> newestBefore)
            throws SQLException {
        List<Asked> asked = RequestTable.locked(connection).everAsked(request);
        List<MeterDefinition> definitions = asked.stream().map(MeterRegistry::definition).toList();
        List<@Nullable String> newest = new ArrayList<>();
        for (Asked one : asked) {
            Long millis = newestBefore.apply(one.request());
            newest.add(millis == null ? null : Instant.ofEpochMilli(millis).toString());
        }
        try (PreparedStatement statement = connection.prepareStatement(PUT_SLUGS)) {
            bind(statement, 1, definitions, newest);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(REGISTER_AGAIN)) {
            statement.setLong(1, commit);
            statement.setArray(
                    2, connection.createArrayOf("text", newerThan(before, asked).toArray()));
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(PUT_LAYERS)) {
            statement.setLong(1, commit);
            bind(statement, 2, definitions, newest);
            statement.executeUpdate();
        }
        withTexts(connection, HIDE, withdrawn(asked));
        withTexts(connection, END_EARLIER, definitions.stream().map(MeterDefinition::layer));
        end(connection, asked);
        try (PreparedStatement statement = connection.prepareStatement(PUT)) {
            bind(statement, 1, definitions, newest);
            statement.executeUpdate();
        }
        withTexts(connection, RETIRE, inForce(asked).stream());
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(STOP_EARLIER);
        }
    }

    /**
     * Lets totals be taken from a version that lacked events and lacks none any more, within the
     * transaction of the connection: it ends those before it, and asks that they are not counted
     * any more. Does nothing if they are taken from it already.
     *
     * @return false if it was taken back, or a later one is shown
     */
    public static boolean show(Connection connection, String slug, int version)
            throws SQLException {
        RequestTable table = RequestTable.locked(connection);
        List<Asked> asked =
                table.asked(table.newest()).stream()
                        .filter(one -> one.meter().slug().equals(slug))
                        .toList();
        List<Asked> shown = asked.stream().filter(one -> one.version() == version).toList();
        if (!shown.isEmpty() && shown.get(0).shown()) {
            return true;
        }
        if (shown.isEmpty()
                || shown.get(0).counted() == null
                || asked.stream().anyMatch(one -> one.version() > version && one.shown())) {
            return false;
        }
        List<MeterDefinition> definitions = shown.stream().map(MeterRegistry::definition).toList();
        withTexts(connection, SHOW, definitions.stream().map(MeterDefinition::layer));
        withTexts(connection, END_EARLIER, definitions.stream().map(MeterDefinition::layer));
        end(connection, asked);
        try (PreparedStatement statement = connection.prepareStatement(PUT)) {
            bind(statement, 1, definitions, Collections.singletonList(null));
            statement.executeUpdate();
        }
        try (Statement statement = connection.createStatement()) {
            statement.executeUpdate(STOP_EARLIER);
        }
        return true;
    }

    private static MeterDefinition definition(Asked asked) {
        return MeterDefinition.of(
                new MeterVersion(
                        asked.meter(),
                        asked.version(),
                        asked.fromMillis(),
                        MeterVersion.ALWAYS_TO));
    }

    private static List<String> newerThan(long request, List<Asked> asked) {
        return asked.stream()
                .filter(one -> one.request() > request)
                .map(one -> definition(one).layer())
                .toList();
    }

    private static Stream<String> withdrawn(List<Asked> asked) {
        return asked.stream().filter(Asked::withdrawn).map(one -> definition(one).layer());
    }

    /** Slugs whose newest version has no end. */
    private static List<String> inForce(List<Asked> asked) {
        Map<String, Asked> newest = new HashMap<>();
        for (Asked one : asked) {
            if (!one.withdrawn()) {
                newest.put(one.meter().slug(), one);
            }
        }
        return newest.values().stream()
                .filter(one -> one.endsAt() == null)
                .map(one -> one.meter().slug())
                .toList();
    }

    private static void end(Connection connection, List<Asked> asked) throws SQLException {
        List<String> names = new ArrayList<>();
        List<String> ends = new ArrayList<>();
        for (Asked one : asked) {
            Instant end = one.endsAt();
            if (end != null) {
                names.add(definition(one).layer());
                ends.add(end.toString());
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(END_ASKED)) {
            statement.setArray(1, connection.createArrayOf("text", names.toArray()));
            statement.setArray(2, connection.createArrayOf("text", ends.toArray()));
            statement.executeUpdate();
        }
    }

    private static void withTexts(Connection connection, String sql, Stream<String> texts)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("text", texts.toArray()));
            statement.executeUpdate();
        }
    }

    private static void bind(
            PreparedStatement statement,
            int first,
            List<MeterDefinition> definitions,
            List<@Nullable String> newest)
            throws SQLException {
        bindTexts(statement, first, definitions, MeterDefinition.VERSION);
        int next = first + MeterDefinition.VERSION.size();
        bindTexts(statement, next, definitions, List.of(MeterDefinition::layer));
        statement.setArray(
                next + 1, statement.getConnection().createArrayOf("text", newest.toArray()));
    }

    /** Gives an array for each of some columns. */
    static void bindTexts(
            PreparedStatement statement,
            int first,
            List<MeterDefinition> definitions,
            List<Function<MeterDefinition, @Nullable String>> columns)
            throws SQLException {
        for (int i = 0; i < columns.size(); i++) {
            statement.setArray(
                    first + i, texts(statement.getConnection(), definitions, columns.get(i)));
        }
    }

    private static Array texts(
            Connection connection,
            List<MeterDefinition> definitions,
            Function<MeterDefinition, @Nullable String> column)
            throws SQLException {
        return connection.createArrayOf("text", definitions.stream().map(column).toArray());
    }
}
