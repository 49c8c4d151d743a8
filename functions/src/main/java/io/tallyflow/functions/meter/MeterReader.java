package io.tallyflow.functions.meter;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.usage.MeteredEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes from an event what each meter of its type reads: a reading, or the reason why there is
 * none. The data of an event is walked once, however many meters look into it.
 *
 * <p>Depends on nothing but the event and the definitions, and keeps nothing from one event to the
 * next.
 */
public final class MeterReader {

    private final Map<String, TypeReader> byType = new HashMap<>();

    /**
     * @param meters valid definitions, each slug once
     */
    public MeterReader(List<Meter> meters) {
        for (Meter meter : meters) {
            byType.computeIfAbsent(meter.eventType(), type -> new TypeReader()).add(meter);
        }
    }

    /**
     * Reads one accepted event.
     *
     * @throws IllegalStateException if its data is not the JSON object it was accepted as
     */
    public MeteredEvent read(UsageEvent event) {
        TypeReader reader = byType.get(event.type());
        return reader == null
                ? new MeteredEvent(event, List.of(), List.of(), false)
                : reader.read(event);
    }
}
