package io.tallyflow.connectors.postgres.schema;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The meter definitions in the database. A version of a slug keeps its meaning for ever, and all
 * versions of a slug aggregate alike over windows of one size; a meter that a start no longer
 * defines goes out of force; its past stays queryable. A version is registered by the first commit
 * that counts by it, together with its layer, so that a start which is refused changes no totals.
 */
public final class MeterRegistry {

    /** Taken before anything is read, so that two programs that register do so one by one. */
    static final String LOCK = "lock table tallyflow.meter_definition in share row exclusive mode";

    private static final String WANTED =
            """
            unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],
                    ?::text[]::integer[], ?::text[]::timestamptz[], ?::text[])
                with ordinality as w (slug, description, event_type, aggregation, value_property,
                    group_by, window_size, version, counts_from, name, place)
            """;

    // The groups come as the text of a jsonb on both sides: equal exactly if they are equal.
    private static final String CHANGED =
            """
            select w.slug,
                l.event_type, w.event_type, d.aggregation, w.aggregation,
                l.value_property, w.value_property, l.group_by::text, w.group_by::jsonb::text,
                d.window_size, w.window_size
            from %s
            join tallyflow.meter_definition d on d.slug = w.slug
            left join tallyflow.layer l on l.name = w.name
            where (d.aggregation, d.window_size) is distinct from (w.aggregation, w.window_size)
               or l.layer is not null
                and (l.event_type, l.value_property, l.group_by)
                    is distinct from (w.event_type, w.value_property, w.group_by::jsonb)
            order by w.place
            """
                    .formatted(WANTED);

    /** What is counted was asked for, even if not by {@link MeterRequests}. */
    private static final String PUT_REQUESTS =
            """
            insert into tallyflow.meter_request (slug, version, description, event_type, aggregation,
                value_property, group_by, window_size, counts_from)
            select w.slug, w.version, w.description, w.event_type, w.aggregation, w.value_property,
                w.group_by::jsonb, w.window_size, w.counts_from
            from %s
            where not exists (
                select from tallyflow.meter_request r
                where r.slug = w.slug and r.version = w.version)
            order by w.place
            """
                    .formatted(WANTED);

    private static final String PUT_SLUGS =
            """
            insert into tallyflow.meter_definition (slug, description, event_type, aggregation,
                value_property, group_by, window_size, in_force, complete_from)
            select distinct on (w.slug) w.slug, w.description, w.event_type, w.aggregation,
                w.value_property, w.group_by::jsonb, w.window_size, true,
                date_bin(tallyflow.grain(w.window_size), ?, '0001-01-01 00:00:00+00')
                    + tallyflow.grain(w.window_size)
            from %s
            order by w.slug, w.version desc
            on conflict (slug) do nothing
            """
                    .formatted(WANTED);

    // Where events of its time were counted before it, totals would lack them.
    private static final String PUT_LAYERS =
            """
            insert into tallyflow.layer (layer, slug, version, kind, name, since_commit, event_type,
                value_property, group_by, counts_from, shown)
            select (select coalesce(max(layer), 0) from tallyflow.layer)
                    + row_number() over (order by w.place),
                w.slug, w.version, 'stream', w.name, ?, w.event_type, w.value_property,
                w.group_by::jsonb, w.counts_from,
                w.counts_from is null or coalesce(w.counts_from > ?, true)
            from %s
            where not exists (select from tallyflow.layer l where l.name = w.name)
            """
                    .formatted(WANTED);

    /** What would be left of no time at all is not shown. */
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
            where l.slug = n.slug and l.kind = 'stream' and l.shown and l.version < n.version
              and (l.counts_to is null or l.counts_to > n.counts_from)
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

    private static final String ENDING =
            """
            select slug from tallyflow.meter_definition
            where in_force and slug <> all (?) order by slug
            """;

    private static final String RETIRE =
            """
            update tallyflow.meter_definition set in_force = false
            where in_force and slug <> all (?)
            """;

    /** SQLSTATEs of a schema, a table, a function and a column that do not exist. */
    private static final Set<String> NOT_THERE = Set.of("3F000", "42P01", "42883", "42703");

    private MeterRegistry() {}

    /**
     * Which meters in force are not among these. Reads only.
     *
     * @return their slugs, in order
     * @throws SchemaException if the database does not have the tables
     */
    public static List<String> ending(DataSource database, List<String> slugs) throws SQLException {
        try (Connection connection = database.getConnection()) {
            return ending(connection, slugs);
        } catch (SQLException e) {
            throw orSchemaNotThere(e);
        }
    }

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
                            + failure.getMessage()
                            + "); tallyflow prepare brings it up to date.",
                    failure);
        }
        return failure;
    }

    /**
     * Whether these versions could be registered now. Reads only.
     *
     * @throws ChangedMeterException if a version is known with another meaning, or a slug with
     *     another aggregation or window size
     */
    public static void check(Connection connection, List<MeterDefinition> definitions)
            throws SQLException {
        if (definitions.stream().map(MeterDefinition::layer).distinct().count()
                < definitions.size()) {
            throw new IllegalArgumentException("two meters with one slug: " + definitions);
        }
        List<String> problems = problems(connection, definitions);
        if (!problems.isEmpty()) {
            throw new ChangedMeterException(problems);
        }
    }

    /**
     * Puts exactly these meters in force, each version with a layer for what the stream counts by
     * it, within the transaction of the connection. A version that begins later than all that was
     * accepted before is shown at once, and ends the one before it.
     *
     * @param commit number of the commit that this is part of; 0 for none
     * @param newestMillis greatest event time that was accepted in an earlier commit, milliseconds
     *     since the epoch, UTC; null if none was
     * @throws ChangedMeterException if a version is known with another meaning, or a slug with
     *     another aggregation or window size
     */
    public static void register(
            Connection connection,
            List<MeterDefinition> definitions,
            long commit,
            @Nullable Long newestMillis)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK);
        }
        check(connection, definitions);
        OffsetDateTime newest =
                newestMillis == null
                        ? null
                        : Instant.ofEpochMilli(newestMillis).atOffset(ZoneOffset.UTC);
        try (PreparedStatement statement = connection.prepareStatement(PUT_REQUESTS)) {
            bind(statement, 1, definitions);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(PUT_SLUGS)) {
            statement.setObject(1, newest, Types.TIMESTAMP_WITH_TIMEZONE);
            bind(statement, 2, definitions);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(PUT_LAYERS)) {
            statement.setLong(1, commit);
            statement.setObject(2, newest, Types.TIMESTAMP_WITH_TIMEZONE);
            bind(statement, 3, definitions);
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(END_EARLIER)) {
            statement.setArray(1, texts(connection, definitions, MeterDefinition::layer));
            statement.executeUpdate();
        }
        try (PreparedStatement statement = connection.prepareStatement(PUT)) {
            bind(statement, 1, definitions);
            statement.executeUpdate();
        }
        retireOthers(connection, definitions);
    }

    private static List<String> ending(Connection connection, List<String> slugs)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(ENDING)) {
            statement.setArray(1, connection.createArrayOf("text", slugs.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                List<String> ending = new ArrayList<>();
                while (row.next()) {
                    ending.add(row.getString(1));
                }
                return ending;
            }
        }
    }

    private static List<String> problems(Connection connection, List<MeterDefinition> definitions)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(CHANGED)) {
            bind(statement, 1, definitions);
            try (ResultSet row = statement.executeQuery()) {
                List<String> problems = new ArrayList<>();
                while (row.next()) {
                    String slug = row.getString(1);
                    compare(problems, slug, "eventType", row.getString(2), row.getString(3));
                    compare(problems, slug, "aggregation", row.getString(4), row.getString(5));
                    compare(problems, slug, "valueProperty", row.getString(6), row.getString(7));
                    compare(problems, slug, "groupBy", row.getString(8), row.getString(9));
                    compare(problems, slug, "windowSize", row.getString(10), row.getString(11));
                }
                return problems;
            }
        }
    }

    private static void compare(
            List<String> problems,
            String slug,
            String field,
            @Nullable String known,
            @Nullable String wanted) {
        if (!Objects.equals(known, wanted)) {
            problems.add(problem(slug, field, known, wanted));
        }
    }

    /** What is wrong with a meter that had one value in a field and is to have another. */
    static String problem(
            String slug, String field, @Nullable String known, @Nullable String wanted) {
        return "meter %s: %s is %s and cannot become %s; a changed meaning needs a new slug"
                .formatted(slug, field, shown(known), shown(wanted));
    }

    private static String shown(@Nullable String text) {
        return text == null ? "absent" : text;
    }

    private static void retireOthers(Connection connection, List<MeterDefinition> definitions)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RETIRE)) {
            statement.setArray(1, texts(connection, definitions, MeterDefinition::slug));
            statement.executeUpdate();
        }
    }

    private static void bind(
            PreparedStatement statement, int first, List<MeterDefinition> definitions)
            throws SQLException {
        bindTexts(
                statement,
                first,
                definitions,
                List.of(
                        MeterDefinition::slug,
                        MeterDefinition::description,
                        MeterDefinition::eventType,
                        MeterDefinition::aggregation,
                        MeterDefinition::valueProperty,
                        MeterDefinition::groupByJson,
                        MeterDefinition::windowSize,
                        definition -> Integer.toString(definition.version()),
                        MeterDefinition::countsFrom,
                        MeterDefinition::layer));
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
