package io.tallyflow.functions.meter;

import io.tallyflow.functions.json.DataPlaces;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.Places;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.usage.IgnoredReading;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All versions of meters that have one event type, reading together. */
final class TypeReader {

    private static final byte[] NO_DATA = {};

    private final PathTrie paths;
    private final DataPlaces unnoted;
    private final List<CompiledMeter> meters = new ArrayList<>();
    private final Map<List<GroupDimension>, Grouping> groupings = new HashMap<>();

    TypeReader(PathTrie paths, DataPlaces unnoted) {
        this.paths = paths;
        this.unnoted = unnoted;
    }

    void add(MeterVersion version, RecentGroups recent) {
        Grouping grouping =
                groupings.computeIfAbsent(
                        version.meter().groupBy(), groups -> new Grouping(groups, paths, recent));
        meters.add(new CompiledMeter(version, paths, grouping));
    }

    /**
     * Reads one event.
     *
     * @param places where values lie in its data, see {@link Places}; null if nobody has noted them
     */
    MeteredEvent read(UsageEvent event, int @Nullable [] places) {
        PlacedValues found = find(event, places);
        List<Reading> readings = new ArrayList<>(meters.size());
        List<IgnoredReading> ignored = new ArrayList<>(0);
        boolean matched = false;
        for (CompiledMeter meter : meters) {
            if (meter.owns(event.timeMillis())) {
                matched = true;
                meter.read(found, event.timeMillis(), readings, ignored);
            }
        }
        return new MeteredEvent(
                event,
                Collections.unmodifiableList(readings),
                Collections.unmodifiableList(ignored),
                matched);
    }

    private PlacedValues find(UsageEvent event, int @Nullable [] places) {
        byte[] data = event.data();
        if (data == null || paths.slots() == 0) {
            return new PlacedValues(NO_DATA, Places.none(paths));
        }
        if (places != null && Places.areOf(paths, places)) {
            return new PlacedValues(data, places);
        }
        return new PlacedValues(data, placesIn(data, event));
    }

    private int[] placesIn(byte[] data, UsageEvent event) {
        int[] places = unnoted.in(data, paths);
        if (places == null) {
            throw new IllegalStateException(
                    "data that was accepted as a JSON object is none: partition "
                            + event.partition()
                            + ", offset "
                            + event.offset());
        }
        return places;
    }
}
