package io.tallyflow.functions.meter;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.usage.IgnoredReading;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** All meters of one event type, reading together. */
final class TypeReader {

    private final PathTrie paths = new PathTrie();
    private final List<CompiledMeter> meters = new ArrayList<>();

    void add(Meter meter) {
        meters.add(new CompiledMeter(meter, paths));
    }

    MeteredEvent read(UsageEvent event) {
        FoundValues found = find(event);
        List<Reading> readings = new ArrayList<>(meters.size());
        List<IgnoredReading> ignored = new ArrayList<>(0);
        for (CompiledMeter meter : meters) {
            meter.read(found, event.timeMillis(), readings, ignored);
        }
        return new MeteredEvent(
                event,
                Collections.unmodifiableList(readings),
                Collections.unmodifiableList(ignored),
                true);
    }

    private FoundValues find(UsageEvent event) {
        byte[] data = event.data();
        if (data == null || paths.slots() == 0) {
            return new FoundValues(paths.slots());
        }
        try {
            return DataWalk.over(data, paths);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "data that was accepted as a JSON object is none: partition "
                            + event.partition()
                            + ", offset "
                            + event.offset(),
                    e);
        }
    }
}
