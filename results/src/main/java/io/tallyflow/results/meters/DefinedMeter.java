package io.tallyflow.results.meters;

import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A meter as Postgres knows it.
 *
 * @param inForce whether the job that commits counts by it
 */
public record DefinedMeter(Meter meter, boolean inForce) {

    private static final String METERS =
            """
            select slug, description, event_type, aggregation, value_property, window_size, in_force
            from tallyflow.meter_definition order by slug
            """;

    private static final Question<GroupOfMeter> GROUPS =
            new Question<>(
                    """
            select m.slug, g.key, g.value
            from tallyflow.meter_definition m, jsonb_each_text(m.group_by) g
            order by m.slug, g.key collate "C"
            """,
                    DefinedMeter::group);

    /**
     * All meters that were ever counted, by slug.
     *
     * @throws io.tallyflow.results.RequestFailedException if Postgres does not answer
     */
    public static List<DefinedMeter> all(PostgresAddress address) {
        try (Connection connection = address.connect()) {
            return all(connection);
        } catch (SQLException e) {
            throw PostgresTrouble.failure(address, e);
        }
    }

    /** Asks within the transaction of the connection. */
    static List<DefinedMeter> all(Connection connection) throws SQLException {
        Map<String, List<GroupDimension>> groups = new LinkedHashMap<>();
        for (GroupOfMeter group : GROUPS.all(connection)) {
            groups.computeIfAbsent(group.slug(), slug -> new ArrayList<>()).add(group.dimension());
        }
        return new Question<>(METERS, row -> defined(row, groups)).all(connection);
    }

    private record GroupOfMeter(String slug, GroupDimension dimension) {}

    private static GroupOfMeter group(ResultSet row) throws SQLException {
        return new GroupOfMeter(
                row.getString(1),
                new GroupDimension(row.getString(2), JsonPath.parse(row.getString(3))));
    }

    private static DefinedMeter defined(ResultSet row, Map<String, List<GroupDimension>> groups)
            throws SQLException {
        String slug = row.getString("slug");
        String path = row.getString("value_property");
        Meter meter =
                new Meter(
                        slug,
                        row.getString("description"),
                        row.getString("event_type"),
                        Aggregation.valueOf(row.getString("aggregation")),
                        path == null ? null : JsonPath.parse(path),
                        groups.getOrDefault(slug, List.of()),
                        WindowSize.valueOf(row.getString("window_size")));
        return new DefinedMeter(meter, row.getBoolean("in_force"));
    }
}
