package io.tallyflow.operations.run;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.Shape;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.StructLike;

/** What has to be read of an event in the lake so that a meter can count it. */
final class EventColumns {

    private static final String NONE = "";

    private final String type;
    private final boolean isNamed;

    /**
     * @param type of all events
     * @param aggregation of the meter
     */
    EventColumns(String type, Aggregation aggregation) {
        this.type = type;
        // Which of two readings of one time is the later one hangs on them.
        this.isNamed = aggregation.keeps(Shape.LATEST);
    }

    List<String> names() {
        List<String> names = new ArrayList<>(List.of("subject", "time", "data"));
        if (isNamed) {
            names.addAll(List.of("source", "id"));
        }
        return names;
    }

    /** The event in a row with these columns. Where it was in Kafka does not matter to a meter. */
    UsageEvent event(StructLike row) {
        String data = row.get(2, String.class);
        return new UsageEvent(
                row.get(0, String.class),
                isNamed ? row.get(3, String.class) : NONE,
                isNamed ? row.get(4, String.class) : NONE,
                type,
                row.get(1, Long.class),
                data == null ? null : data.getBytes(StandardCharsets.UTF_8),
                0,
                0,
                0,
                0);
    }
}
