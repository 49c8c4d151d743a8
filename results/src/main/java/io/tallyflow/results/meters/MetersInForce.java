package io.tallyflow.results.meters;

import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.schemas.meter.Aggregation;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The definitions that the running job works by, as Postgres has them. */
public final class MetersInForce {

    private static final String METERS =
            """
            select slug, description, event_type, aggregation, value_property, window_size
            from tallyflow.meter order by slug
            """;

    private static final String GROUPS =
            """
            select m.slug, g.key, g.value
            from tallyflow.meter m, jsonb_each_text(m.group_by) g order by m.slug, g.key collate "C"
            """;

    private MetersInForce() {}

    /**
     * Asks Postgres.
     *
     * @throws RequestFailedException if it does not answer
     */
    public static List<Meter> read(PostgresAddress address) {
        try (Connection connection = address.connect();
                Statement statement = connection.createStatement()) {
            Map<String, List<GroupDimension>> groups = groups(statement);
            List<Meter> meters = new ArrayList<>();
            try (ResultSet row = statement.executeQuery(METERS)) {
                while (row.next()) {
                    meters.add(meter(row, groups));
                }
            }
            return meters;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(address, e);
        }
    }

    private static Map<String, List<GroupDimension>> groups(Statement statement)
            throws SQLException {
        Map<String, List<GroupDimension>> groups = new LinkedHashMap<>();
        try (ResultSet row = statement.executeQuery(GROUPS)) {
            while (row.next()) {
                groups.computeIfAbsent(row.getString(1), slug -> new ArrayList<>())
                        .add(
                                new GroupDimension(
                                        row.getString(2), JsonPath.parse(row.getString(3))));
            }
        }
        return groups;
    }

    private static Meter meter(ResultSet row, Map<String, List<GroupDimension>> groups)
            throws SQLException {
        String slug = row.getString("slug");
        String path = row.getString("value_property");
        return new Meter(
                slug,
                row.getString("description"),
                row.getString("event_type"),
                Aggregation.valueOf(row.getString("aggregation")),
                path == null ? null : JsonPath.parse(path),
                groups.getOrDefault(slug, List.of()),
                WindowSize.valueOf(row.getString("window_size")));
    }
}
