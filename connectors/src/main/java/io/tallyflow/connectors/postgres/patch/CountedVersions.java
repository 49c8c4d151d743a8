package io.tallyflow.connectors.postgres.patch;

import io.tallyflow.connectors.postgres.schema.MeterColumns;
import io.tallyflow.schemas.meter.MeterVersion;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All versions that have rows, whether totals show them or not: a version that is not shown yet may
 * be, and one that is no longer counted still has totals.
 */
public final class CountedVersions {

    private static final String VERSIONS =
            """
            select d.slug, d.description, d.aggregation, d.window_size, l.version, l.event_type,
                l.value_property, l.group_by, l.counts_from, l.counts_to, l.layer, l.shown,
                r.request
            from tallyflow.layer l
            join tallyflow.meter_definition d on d.slug = l.slug
            join tallyflow.meter_request r
                on r.kind = 'define' and r.slug = l.slug and r.version = l.version
            where l.kind = 'stream' and l.event_type = any (?)
            order by l.layer
            """;

    private static final String RUNS =
            """
            select d.slug, d.description, d.aggregation, d.window_size, l.version, l.event_type,
                l.value_property, l.group_by, c.counts_from, c.counts_to, l.cells_of
            from tallyflow.counting_run c
            join tallyflow.layer l on l.layer = c.layer
            join tallyflow.meter_definition d on d.slug = l.slug
            where c.state = 'shown' and l.event_type = any (?)
            order by c.run
            """;

    private static final String TYPES =
            """
            select distinct l.event_type from tallyflow.layer l
            where l.kind = 'stream' and l.shown and l.slug = coalesce(?, l.slug)
            order by l.event_type
            """;

    private CountedVersions() {}

    /**
     * The types of the events that versions count which totals show.
     *
     * @param slug of one meter; null for all
     */
    public static List<String> types(Connection connection, @Nullable String slug)
            throws SQLException {
        List<String> types = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TYPES)) {
            statement.setString(1, slug);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    types.add(row.getString(1));
                }
            }
        }
        return types;
    }

    /** Those that count events of some types. */
    public static List<CountedVersion> of(Connection connection, Collection<String> types)
            throws SQLException {
        Map<Integer, List<MeterVersion>> runs = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(RUNS)) {
            statement.setArray(1, connection.createArrayOf("text", types.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    runs.computeIfAbsent(row.getInt("cells_of"), layer -> new ArrayList<>())
                            .add(MeterColumns.version(row));
                }
            }
        }
        List<CountedVersion> all = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(VERSIONS)) {
            statement.setArray(1, connection.createArrayOf("text", types.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    int layer = row.getInt("layer");
                    all.add(
                            new CountedVersion(
                                    MeterColumns.version(row),
                                    layer,
                                    row.getBoolean("shown"),
                                    row.getLong("request"),
                                    runs.getOrDefault(layer, List.of())));
                }
            }
        }
        return all;
    }
}
