package io.tallyflow.schemas.meter;

import io.tallyflow.schemas.measure.Aggregation;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A definition: which events, which value, how to aggregate, what to group by. Valid by
 * construction through {@link MeterFile}.
 *
 * @param slug the meter's public name
 * @param eventType equals the CloudEvents type
 * @param valuePath null for COUNT and only then
 * @param groupBy sorted by name; may be empty
 */
public record Meter(
        String slug,
        String description,
        String eventType,
        Aggregation aggregation,
        @Nullable JsonPath valuePath,
        List<GroupDimension> groupBy,
        WindowSize windowSize)
        implements Serializable {}
