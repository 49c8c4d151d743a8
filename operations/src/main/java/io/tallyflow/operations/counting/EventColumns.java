package io.tallyflow.operations.counting;

import io.tallyflow.results.voids.VoidedEvents;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.Shape;
import io.tallyflow.schemas.meter.Meter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** What has to be read of an event in the lake so that meters can count it. */
public final class EventColumns {

    private static final String NONE = "";

    private final SortedSet<String> types = new TreeSet<>();
    private final VoidedEvents voided;
    private final boolean isNamed;

    /**
     * @param meters that count all events that are read
     * @param voided events that they leave out
     */
    public EventColumns(Collection<Meter> meters, VoidedEvents voided) {
        this.voided = voided;
        meters.forEach(meter -> types.add(meter.eventType()));
        // Which of two readings of one time is the later one hangs on them.
        this.isNamed =
                !voided.isEmpty()
                        || meters.stream()
                                .map(Meter::aggregation)
                                .anyMatch(EventColumns::tellsTheLatest);
    }

    private static boolean tellsTheLatest(Aggregation aggregation) {
        return aggregation.keeps(Shape.LATEST);
    }

    /** Those that the meters count. */
    public SortedSet<String> types() {
        return types;
    }

    /** What is read, in this order. */
    public List<String> names() {
        List<String> names = new ArrayList<>(List.of("subject", "time", "data"));
        if (types.size() > 1) {
            names.add("type");
        }
        if (isNamed) {
            names.addAll(List.of("source", "id"));
        }
        return names;
    }

    /**
     * The event in a row with these columns; null if it is left out. Where it was in Kafka does not
     * matter to a meter.
     */
    public @Nullable UsageEvent event(StructLike row) {
        String subject = row.get(0, String.class);
        String data = row.get(2, String.class);
        int next = 3;
        String type = types.size() > 1 ? row.get(next++, String.class) : types.first();
        String source = isNamed ? row.get(next, String.class) : NONE;
        String id = isNamed ? row.get(next + 1, String.class) : NONE;
        if (isNamed && voided.holds(subject, source, id)) {
            return null;
        }
        return new UsageEvent(
                subject,
                source,
                id,
                type,
                row.get(1, Long.class),
                data == null ? null : data.getBytes(StandardCharsets.UTF_8),
                0,
                0,
                0,
                0);
    }
}
