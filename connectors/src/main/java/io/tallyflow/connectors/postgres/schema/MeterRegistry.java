package io.tallyflow.connectors.postgres.schema;

import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
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
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Puts meter definitions in force. A slug keeps its meaning for ever: event type, aggregation,
 * value, groups and window size never change under it. A definition that is no longer listed goes
 * out of force; its past stays queryable.
 */
public final class MeterRegistry {

    // Before anything is read, so that two programs that register at once do so one by one.
    private static final String LOCK =
            "lock table tallyflow.meter_definition in share row exclusive mode";

    // The groups come as the text of a jsonb on both sides: equal exactly if they are equal.
    private static final String FIND =
            """
            select event_type, aggregation, value_property, group_by::text, window_size,
                jsonb_object(?, ?)::text
            from tallyflow.meter_definition where slug = ?
            """;

    private static final String PUT =
            """
            insert into tallyflow.meter_definition (slug, description, event_type, aggregation,
                value_property, group_by, window_size, in_force)
            values (?, ?, ?, ?, ?, jsonb_object(?, ?), ?, true)
            on conflict (slug) do update set description = excluded.description, in_force = true
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
     * Puts exactly these meters in force, in a transaction of its own.
     *
     * @throws ChangedMeterException if a slug is known with another meaning; nothing is changed
     * @throws SchemaException if the database does not have the tables
     */
    public static void register(DataSource database, List<Meter> meters) throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            register(connection, meters);
            connection.commit();
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
     * Puts exactly these meters in force, within the transaction of the connection, which must not
     * commit by itself. The caller commits, or rolls back if this fails.
     *
     * @throws ChangedMeterException if a slug is known with another meaning
     */
    public static void register(Connection connection, List<Meter> meters) throws SQLException {
        if (meters.stream().map(Meter::slug).distinct().count() < meters.size()) {
            throw new IllegalArgumentException("two meters with one slug: " + meters);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOCK);
        }
        List<String> problems = new ArrayList<>();
        for (Meter meter : meters) {
            problems.addAll(changes(connection, meter));
        }
        if (!problems.isEmpty()) {
            throw new ChangedMeterException(problems);
        }
        for (Meter meter : meters) {
            put(connection, meter);
        }
        retireOthers(connection, meters);
    }

    private static List<String> changes(Connection connection, Meter meter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FIND)) {
            statement.setArray(1, names(connection, meter));
            statement.setArray(2, paths(connection, meter));
            statement.setString(3, meter.slug());
            try (ResultSet row = statement.executeQuery()) {
                List<String> problems = new ArrayList<>();
                if (row.next()) {
                    String slug = meter.slug();
                    String aggregation = meter.aggregation().name();
                    String windowSize = meter.windowSize().name();
                    compare(problems, slug, "eventType", row.getString(1), meter.eventType());
                    compare(problems, slug, "aggregation", row.getString(2), aggregation);
                    compare(problems, slug, "valueProperty", row.getString(3), valueText(meter));
                    compare(problems, slug, "groupBy", row.getString(4), row.getString(6));
                    compare(problems, slug, "windowSize", row.getString(5), windowSize);
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

    private static void put(Connection connection, Meter meter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(PUT)) {
            statement.setString(1, meter.slug());
            statement.setString(2, meter.description());
            statement.setString(3, meter.eventType());
            statement.setString(4, meter.aggregation().name());
            statement.setString(5, valueText(meter));
            statement.setArray(6, names(connection, meter));
            statement.setArray(7, paths(connection, meter));
            statement.setString(8, meter.windowSize().name());
            statement.executeUpdate();
        }
    }

    private static void retireOthers(Connection connection, List<Meter> meters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RETIRE)) {
            Object[] slugs = meters.stream().map(Meter::slug).toArray();
            statement.setArray(1, connection.createArrayOf("text", slugs));
            statement.executeUpdate();
        }
    }

    private static @Nullable String valueText(Meter meter) {
        JsonPath path = meter.valuePath();
        return path == null ? null : path.text();
    }

    private static Array names(Connection connection, Meter meter) throws SQLException {
        Object[] names = meter.groupBy().stream().map(GroupDimension::name).toArray();
        return connection.createArrayOf("text", names);
    }

    private static Array paths(Connection connection, Meter meter) throws SQLException {
        Object[] paths =
                meter.groupBy().stream().map(dimension -> dimension.path().text()).toArray();
        return connection.createArrayOf("text", paths);
    }
}
