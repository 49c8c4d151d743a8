package io.tallyflow.connectors.postgres.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.LayerName;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A version of a meter as it is asked for and registered.
 *
 * @param valueProperty JSONPath of the value; null for COUNT
 * @param groupBy group name to JSONPath
 * @param countsFromMillis as in {@link MeterVersion}
 */
public record MeterDefinition(
        String slug,
        String description,
        String eventType,
        String aggregation,
        @Nullable String valueProperty,
        Map<String, String> groupBy,
        String windowSize,
        int version,
        long countsFromMillis) {

    /** What it is made of, in the order of the columns of a request. */
    static final List<Function<MeterDefinition, @Nullable String>> MEANING =
            List.of(
                    MeterDefinition::slug,
                    MeterDefinition::description,
                    MeterDefinition::eventType,
                    MeterDefinition::aggregation,
                    MeterDefinition::valueProperty,
                    MeterDefinition::groupByJson,
                    MeterDefinition::windowSize);

    /** The same, and which version it is. */
    static final List<Function<MeterDefinition, @Nullable String>> VERSION =
            Stream.concat(
                            MEANING.stream(),
                            Stream.<Function<MeterDefinition, @Nullable String>>of(
                                    definition -> Integer.toString(definition.version()),
                                    MeterDefinition::countsFrom))
                    .toList();

    private static final JsonFactory JSON = new JsonFactory();

    public MeterDefinition {
        groupBy = new TreeMap<>(groupBy);
    }

    /** The definition of a version. */
    public static MeterDefinition of(MeterVersion version) {
        Meter meter = version.meter();
        JsonPath value = meter.valuePath();
        Map<String, String> groupBy = new TreeMap<>();
        for (GroupDimension dimension : meter.groupBy()) {
            groupBy.put(dimension.name(), dimension.path().text());
        }
        return new MeterDefinition(
                meter.slug(),
                meter.description(),
                meter.eventType(),
                meter.aggregation().name(),
                value == null ? null : value.text(),
                groupBy,
                meter.windowSize().name(),
                version.version(),
                version.fromMillis());
    }

    /** The definitions of versions, in their order. */
    public static ArrayList<MeterDefinition> of(List<MeterVersion> versions) {
        return new ArrayList<>(versions.stream().map(MeterDefinition::of).toList());
    }

    /** Whether both take the same of the same events and make the same of it. */
    boolean meansTheSameAs(MeterDefinition other) {
        return eventType.equals(other.eventType)
                && aggregation.equals(other.aggregation)
                && Objects.equals(valueProperty, other.valueProperty)
                && groupBy.equals(other.groupBy)
                && windowSize.equals(other.windowSize);
    }

    /** The layer that the stream counts it in. */
    String layer() {
        return LayerName.ofStream(slug, version);
    }

    /** When it begins to count; null for no bound. */
    @Nullable String countsFrom() {
        return countsFromMillis == MeterVersion.ALWAYS_FROM
                ? null
                : Instant.ofEpochMilli(countsFromMillis).toString();
    }

    /** The groups as a JSON object. */
    String groupByJson() {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            for (Map.Entry<String, String> group : groupBy.entrySet()) {
                json.writeStringField(group.getKey(), group.getValue());
            }
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("memory does not fail to be written", e);
        }
        return text.toString();
    }
}
