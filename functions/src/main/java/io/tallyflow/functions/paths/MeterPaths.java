package io.tallyflow.functions.paths;

import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paths of all meters, by the type of event that they look into. Made of the definitions alone,
 * so that the parser at one end of the shuffle and the meters at the other mean the same slots.
 */
public final class MeterPaths {

    /** For where nobody looks into the data. */
    public static final MeterPaths NONE = new MeterPaths(List.of());

    private final Map<String, PathTrie> byType = new LinkedHashMap<>();
    private final NameTable<PathTrie> byBytes;

    /**
     * The paths of valid definitions.
     *
     * @param meters in their order; it decides about the slots
     */
    public MeterPaths(List<Meter> meters) {
        Map<String, List<JsonPath>> paths = new LinkedHashMap<>();
        for (Meter meter : meters) {
            addTo(paths.computeIfAbsent(meter.eventType(), type -> new ArrayList<>()), meter);
        }
        paths.forEach((type, ofType) -> byType.put(type, new PathTrie(type, ofType)));
        byBytes = new NameTable<>(byType);
    }

    /** The paths of versions, of which each may have others. */
    public static MeterPaths of(List<MeterVersion> versions) {
        return new MeterPaths(MeterVersion.meters(versions));
    }

    private static void addTo(List<JsonPath> paths, Meter meter) {
        JsonPath value = meter.valuePath();
        if (value != null) {
            paths.add(value);
        }
        for (GroupDimension group : meter.groupBy()) {
            paths.add(group.path());
        }
    }

    /** The paths into events of a type; null if no meter has it. */
    public @Nullable PathTrie ofType(String type) {
        return byType.get(type);
    }

    /** The same for a type whose bytes, without escapes, lie in {@code [start, end)}. */
    public @Nullable PathTrie ofType(byte[] json, int start, int end) {
        return byBytes.get(json, start, end, NameTable.key(json, start, end));
    }
}
