package io.tallyflow.connectors.postgres.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.meter.WindowSize;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Reads definitions from rows that have the columns of {@code tallyflow.meter_version}. */
public final class MeterColumns {

    private static final JsonFactory JSON = new JsonFactory();

    private MeterColumns() {}

    /** The definition in a row. */
    public static Meter meter(ResultSet row) throws SQLException {
        String path = row.getString("value_property");
        return new Meter(
                row.getString("slug"),
                row.getString("description"),
                row.getString("event_type"),
                Aggregation.valueOf(row.getString("aggregation")),
                path == null ? null : JsonPath.parse(path),
                groups(row.getString("group_by")).entrySet().stream()
                        .map(
                                group ->
                                        new GroupDimension(
                                                group.getKey(), JsonPath.parse(group.getValue())))
                        .toList(),
                WindowSize.valueOf(row.getString("window_size")));
    }

    /** The version in a row that has its number and its time, too. */
    public static MeterVersion version(ResultSet row) throws SQLException {
        return new MeterVersion(
                meter(row),
                row.getInt("version"),
                fromMillis(row),
                millis(row, "counts_to", MeterVersion.ALWAYS_TO));
    }

    /** When the version in a row begins to count, as in {@link MeterVersion}. */
    static long fromMillis(ResultSet row) throws SQLException {
        return millis(row, "counts_from", MeterVersion.ALWAYS_FROM);
    }

    private static long millis(ResultSet row, String column, long none) throws SQLException {
        @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? none : time.toInstant().toEpochMilli();
    }

    /** Paths by name, sorted. */
    private static Map<String, String> groups(String json) throws SQLException {
        Map<String, String> groups = new TreeMap<>();
        try (JsonParser parser = JSON.createParser(json)) {
            parser.nextToken();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                groups.put(parser.currentName(), parser.nextTextValue());
            }
        } catch (IOException e) {
            throw new SQLException("a group_by is no JSON object: " + json, e);
        }
        return groups;
    }
}
