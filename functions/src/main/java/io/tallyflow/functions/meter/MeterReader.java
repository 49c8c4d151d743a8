package io.tallyflow.functions.meter;

import io.tallyflow.functions.json.DataPlaces;
import io.tallyflow.functions.paths.MeterPaths;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.usage.MeteredEvent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes from an event what each meter of its type reads: a reading, or the reason why there is
 * none. The data of an event is walked once, however many meters look into it; not at all if its
 * parser has done so.
 *
 * <p>Depends on nothing but the event and the definitions. What it keeps from one event to the next
 * is only that the same group has the same text. Confined to one thread.
 */
public final class MeterReader {

    private final Map<String, TypeReader> byType = new HashMap<>();

    /**
     * @param versions of valid definitions, each version of a slug once
     */
    public MeterReader(List<MeterVersion> versions) {
        MeterPaths paths = MeterPaths.of(versions);
        DataPlaces unnoted = new DataPlaces();
        RecentGroups recent = new RecentGroups();
        for (MeterVersion version : versions) {
            byType.computeIfAbsent(
                            version.meter().eventType(), type -> reader(type, paths, unnoted))
                    .add(version, recent);
        }
    }

    /** Reads for the first versions of meters, each slug once. */
    public static MeterReader ofFirsts(List<Meter> meters) {
        return new MeterReader(MeterVersion.firsts(meters));
    }

    private static TypeReader reader(String type, MeterPaths paths, DataPlaces unnoted) {
        return new TypeReader(Objects.requireNonNull(paths.ofType(type)), unnoted);
    }

    /**
     * Reads one accepted event.
     *
     * @throws IllegalStateException if its data is not the JSON object it was accepted as
     */
    public MeteredEvent read(UsageEvent event) {
        return read(event, null);
    }

    /**
     * The same, with what the parser noted.
     *
     * @param places as in {@link io.tallyflow.schemas.event.ParsedRecord}
     * @throws IllegalStateException if its data is not the JSON object it was accepted as
     */
    public MeteredEvent read(UsageEvent event, int @Nullable [] places) {
        TypeReader reader = byType.get(event.type());
        return reader == null
                ? new MeteredEvent(event, List.of(), List.of(), false)
                : reader.read(event, places);
    }
}
