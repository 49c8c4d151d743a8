package io.tallyflow.connectors.iceberg.table;

import io.tallyflow.schemas.event.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.iceberg.StructLike;
import org.jspecify.annotations.Nullable;

/** Reads accepted events from rows of {@code events} that have some columns. */
public final class EventRow {

    /** What the rows must have, in this order. */
    public static final List<String> COLUMNS =
            List.of("subject", "source", "id", "time", "data", "type", "definitions");

    private EventRow() {}

    public static String subject(StructLike row) {
        return row.get(0, String.class);
    }

    public static String source(StructLike row) {
        return row.get(1, String.class);
    }

    public static String id(StructLike row) {
        return row.get(2, String.class);
    }

    /** Event time, microseconds since the epoch, UTC. */
    public static long timeMicros(StructLike row) {
        return row.get(3, Long.class);
    }

    /** Number of the newest request for meters when the stream counted it; 0 for none. */
    public static long definitions(StructLike row) {
        @Nullable Integer number = row.get(6, Integer.class);
        return number == null ? 0 : number;
    }

    /** The event. Where it was in Kafka does not matter to a meter. */
    public static UsageEvent event(StructLike row) {
        @Nullable String data = row.get(4, String.class);
        return new UsageEvent(
                subject(row),
                source(row),
                id(row),
                row.get(5, String.class),
                timeMicros(row),
                data == null ? null : data.getBytes(StandardCharsets.UTF_8),
                0,
                0,
                0,
                0);
    }
}
