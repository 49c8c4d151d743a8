package io.tallyflow.results.meters;

import io.tallyflow.results.Question;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.meter.WindowSize;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The versions of a meter that totals are taken from, each with the event time that it owns. */
public final class ShownVersions {

    private static final String VERSIONS =
            """
            select d.slug, d.description, d.aggregation, d.window_size, l.version, l.event_type,
                l.value_property, l.counts_from, l.counts_to
            from tallyflow.layer l
            join tallyflow.meter_definition d on d.slug = l.slug
            where l.slug = ? and l.kind = 'stream' and l.shown and d.in_force
            order by l.version
            """;

    private static final Question<GroupOfVersion> GROUPS =
            new Question<>(
                    """
            select l.version, g.key, g.value
            from tallyflow.layer l, jsonb_each_text(l.group_by) g
            where l.slug = ? and l.kind = 'stream' order by l.version, g.key collate "C"
            """,
                    ShownVersions::group);

    private ShownVersions() {}

    /** In order; none of a meter that is not known, or not in force. */
    public static List<MeterVersion> read(Connection connection, String slug) throws SQLException {
        Map<Integer, List<GroupDimension>> groups = new HashMap<>();
        for (GroupOfVersion group : GROUPS.all(connection, slug)) {
            groups.computeIfAbsent(group.version(), version -> new ArrayList<>())
                    .add(group.dimension());
        }
        return new Question<>(VERSIONS, row -> version(row, groups)).all(connection, slug);
    }

    private record GroupOfVersion(int version, GroupDimension dimension) {}

    private static GroupOfVersion group(ResultSet row) throws SQLException {
        return new GroupOfVersion(
                row.getInt(1),
                new GroupDimension(row.getString(2), JsonPath.parse(row.getString(3))));
    }

    private static MeterVersion version(ResultSet row, Map<Integer, List<GroupDimension>> groups)
            throws SQLException {
        String path = row.getString("value_property");
        int version = row.getInt("version");
        return new MeterVersion(
                new Meter(
                        row.getString("slug"),
                        row.getString("description"),
                        row.getString("event_type"),
                        Aggregation.valueOf(row.getString("aggregation")),
                        path == null ? null : JsonPath.parse(path),
                        groups.getOrDefault(version, List.of()),
                        WindowSize.valueOf(row.getString("window_size"))),
                version,
                millis(row, "counts_from", MeterVersion.ALWAYS_FROM),
                millis(row, "counts_to", MeterVersion.ALWAYS_TO));
    }

    private static long millis(ResultSet row, String column, long none) throws SQLException {
        @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? none : time.toInstant().toEpochMilli();
    }
}
