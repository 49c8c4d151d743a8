package io.tallyflow.functions;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.util.List;
import java.util.Map;

/** Definitions of meters of which only the aggregation matters. */
public final class Aggregating {

    private Aggregating() {}

    /** By slug. */
    public static Definitions by(Map<String, Aggregation> aggregations) {
        return Definitions.ofFirsts(
                aggregations.entrySet().stream()
                        .map(
                                meter ->
                                        new Meter(
                                                meter.getKey(),
                                                "",
                                                "type",
                                                meter.getValue(),
                                                meter.getValue().needsValue()
                                                        ? JsonPath.parse("$.value")
                                                        : null,
                                                List.of(),
                                                WindowSize.MINUTE))
                        .toList());
    }
}
