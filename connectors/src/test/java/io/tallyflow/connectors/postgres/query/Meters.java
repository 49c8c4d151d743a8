package io.tallyflow.connectors.postgres.query;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.util.Arrays;
import java.util.List;

/** Definitions for tests. */
final class Meters {

    private Meters() {}

    static Meter meter(
            String slug, Aggregation aggregation, WindowSize windowSize, String... groups) {
        return new Meter(
                slug,
                "",
                "request",
                aggregation,
                aggregation.needsValue() ? path("x") : null,
                Arrays.stream(groups)
                        .sorted()
                        .map(name -> new GroupDimension(name, path(name)))
                        .toList(),
                windowSize);
    }

    private static JsonPath path(String name) {
        return new JsonPath("$." + name, List.of(new JsonPath.Name(name)));
    }
}
