package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.schemas.meter.LayerName;
import io.tallyflow.schemas.meter.VersionName;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The meter definitions in the database. Every slug keeps its meaning for ever; a meter that a
 * start no longer defines goes out of force; its past stays queryable. A definition is registered
 * by the first commit that counts by it, together with its layer, so that a start which is refused
 * changes nothing.
 */
public final class MeterRegistry {

    // Before anything is read, so that two programs that register at once do so one by one.
    private static final String LOCK =
            "lock table tallyflow.meter_definition in share row exclusive mode";

    // The groups come as the text of a jsonb on both sides: equal exactly if they are equal.
    private static final String CHANGED =
            """
            select w.slug,
                d.event_type, w.event_type, d.aggregation, w.aggregation,
                d.value_property, w.value_property, d.group_by::text, w.group_by::jsonb::text,
                d.window_size, w.window_size
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                with ordinality as w (slug, description, event_type, aggregation, value_property,
                    group_by, window_size, place)
            join tallyflow.meter_definition d on d.slug = w.slug
            where (d.event_type, d.aggregation, d.value_property, d.group_by, d.window_size)
                is distinct from
                (w.event_type, w.aggregation, w.value_property, w.group_by::jsonb, w.window_size)
            order by w.place
            """;

    private static final String PUT =
            """
            insert into tallyflow.meter_definition (slug, description, event_type, aggregation,
                value_property, group_by, window_size, in_force)
            select slug, description, event_type, aggregation, value_property, group_by::jsonb,
                window_size, true
            from unnest(?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[])
                as w (slug, description, event_type, aggregation, value_property, group_by,
                    window_size)
            on conflict (slug) do update set description = excluded.description, in_force = true
            where (meter_definition.description, meter_definition.in_force)
                is distinct from (excluded.description, true)
            """;

    private static final String PUT_LAYERS =
            """
            insert into tallyflow.layer (layer, slug, version, kind, name, since_commit, group_by)
            select (select coalesce(max(layer), 0) from tallyflow.layer)
                    + row_number() over (order by w.place),
                w.slug, ?, 'stream', w.name, ?, w.group_by::jsonb
            from unnest(?::text[], ?::text[], ?::text[])
                with ordinality as w (slug, name, group_by, place)
            where not exists (select from tallyflow.layer l where l.name = w.name)
            """;

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
     * Whether these definitions could be registered now. Reads only.
     *
     * @return slugs of the meters in force that would not be any more, in order
     * @throws ChangedMeterException if a slug is known with another meaning
     * @throws SchemaException if the database does not have the tables
     */
    public static List<String> check(DataSource database, List<MeterDefinition> definitions)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            check(connection, definitions);
            return ending(connection, definitions);
        } catch (SQLException e) {
            if (NOT_THERE.contains(Objects.toString(e.getSQLState(), ""))) {
                throw new SchemaException(
                        "the database has no schema "
                                + Migrations.SCHEMA
                                + " of this version ("
                                + e.getMessage()
                                + "); tallyflow prepare brings it up to date.",
                        e);
            }
            throw e;
        }
    }

    /**
     * The same within a transaction.
     *
     * @throws ChangedMeterException if a slug is known with another meaning
     */
    public static void check(Connection connection, List<MeterDefinition> definitions)
            throws SQLException {
        if (definitions.stream().map(MeterDefinition::slug).distinct().count()
                < definitions.size()) {
            throw new IllegalArgumentException("two meters with one slug: " + definitions);
        }
        List<String> problems = problems(connection, definitions);
        if (!problems.isEmpty()) {
            throw new ChangedMeterException(problems);
        }
    }

    /**
     * Puts exactly these meters in force, each with a layer for what the stream counts by it,
     * within the transaction of the connection.
     *
     * @param commit number of the commit that this is part of; 0 for none
     * @throws ChangedMeterException if a slug is known with another meaning
     */
    public static void register(
            Connection connection, List<MeterDefinition> definitions, long commit)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK);
        }
        check(connection, definitions);
        try (PreparedStatement statement = connection.prepareStatement(PUT)) {
            bind(statement, definitions);
            statement.executeUpdate();
        }
        putLayers(connection, definitions, commit);
        retireOthers(connection, definitions);
    }

    private static List<String> ending(Connection connection, List<MeterDefinition> definitions)
            throws SQLException {
        Object[] slugs = definitions.stream().map(MeterDefinition::slug).toArray();
        try (PreparedStatement statement = connection.prepareStatement(ENDING)) {
            statement.setArray(1, connection.createArrayOf("text", slugs));
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
            bind(statement, definitions);
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
            problems.add(
                    "meter %s: %s is %s and cannot become %s; a changed meaning needs a new slug"
                            .formatted(slug, field, shown(known), shown(wanted)));
        }
    }

    private static String shown(@Nullable String text) {
        return text == null ? "absent" : text;
    }

    private static void putLayers(
            Connection connection, List<MeterDefinition> definitions, long commit)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PUT_LAYERS)) {
            statement.setInt(1, VersionName.FIRST_VERSION);
            statement.setLong(2, commit);
            statement.setArray(3, texts(connection, definitions, MeterDefinition::slug));
            statement.setArray(
                    4,
                    texts(
                            connection,
                            definitions,
                            one -> LayerName.ofStream(one.slug(), VersionName.FIRST_VERSION)));
            statement.setArray(5, texts(connection, definitions, MeterDefinition::groupByJson));
            statement.executeUpdate();
        }
    }

    private static void retireOthers(Connection connection, List<MeterDefinition> definitions)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RETIRE)) {
            statement.setArray(1, texts(connection, definitions, MeterDefinition::slug));
            statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, List<MeterDefinition> definitions)
            throws SQLException {
        List<Function<MeterDefinition, @Nullable String>> columns =
                List.of(
                        MeterDefinition::slug,
                        MeterDefinition::description,
                        MeterDefinition::eventType,
                        MeterDefinition::aggregation,
                        MeterDefinition::valueProperty,
                        MeterDefinition::groupByJson,
                        MeterDefinition::windowSize);
        for (int i = 0; i < columns.size(); i++) {
            statement.setArray(
                    i + 1, texts(statement.getConnection(), definitions, columns.get(i)));
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
