package io.tallyflow.connectors.postgres.schema;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import java.io.IOException;
import java.io.Serializable;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A meter as it is registered and as the first commit of a start carries it: all text.
 *
 * @param valueProperty JSONPath of the value; null for COUNT
 * @param groupBy group name to JSONPath
 */
public record MeterDefinition(
        String slug,
        String description,
        String eventType,
        String aggregation,
        @Nullable String valueProperty,
        Map<String, String> groupBy,
        String windowSize)
        implements Serializable {

    private static final JsonFactory JSON = new JsonFactory();

    public MeterDefinition {
        groupBy = new TreeMap<>(groupBy);
    }

    /** The definition of a meter. */
    public static MeterDefinition of(Meter meter) {
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
                meter.windowSize().name());
    }

    /** The definitions of meters, in their order. */
    public static ArrayList<MeterDefinition> of(List<Meter> meters) {
        return new ArrayList<>(meters.stream().map(MeterDefinition::of).toList());
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
