package io.tallyflow.operations.patch;

import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.connectors.postgres.patch.PatchWindow;
import io.tallyflow.connectors.postgres.patch.PendingVoid;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.schemas.meter.Meter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Windows of one subject on one day, UTC, that are counted again, and the voids that are why. No
 * window reaches into another unit, and windows of one unit may have voids in common: it is patched
 * as a whole.
 */
public final class PatchUnit {

    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();

    private final SubjectWindow key;
    private final List<PendingVoid> voids = new ArrayList<>();
    private final Map<PatchWindow, CountedVersion> windows = new HashMap<>();

    private PatchUnit(SubjectWindow key) {
        this.key = key;
    }

    /**
     * Windows that are counted again without a void.
     *
     * @param key subject and day
     * @param windows of this subject and day, with the versions that count them
     */
    public static PatchUnit of(SubjectWindow key, Map<PatchWindow, CountedVersion> windows) {
        PatchUnit unit = new PatchUnit(key);
        unit.windows.putAll(windows);
        return unit;
    }

    /** The day of a subject that holds a time. */
    public static SubjectWindow keyOf(String subject, long timeMillis) {
        long start = Math.floorDiv(timeMillis, DAY_MILLIS) * DAY_MILLIS;
        return new SubjectWindow(subject, start, start + DAY_MILLIS);
    }

    /** The windows of which an event is, by the versions that count its type and own its time. */
    public static Map<PatchWindow, CountedVersion> windowsOf(
            PendingVoid pending, List<CountedVersion> versions) {
        Map<PatchWindow, CountedVersion> windows = new HashMap<>();
        long time = pending.target().at().toEpochMilli();
        for (CountedVersion version : versions) {
            Meter meter = version.version().meter();
            if (meter.eventType().equals(pending.target().type()) && version.version().owns(time)) {
                windows.put(
                        window(
                                version,
                                pending.target().subject(),
                                meter.windowSize().startOf(time)),
                        version);
            }
        }
        return windows;
    }

    /** A window of a version. */
    public static PatchWindow window(CountedVersion version, String subject, long startMillis) {
        return new PatchWindow(
                version.layer(),
                subject,
                startMillis,
                version.version().meter().aggregation().keepsValues());
    }

    /**
     * Divides voids into units, in the order of days.
     *
     * @param voids with the windows of each
     */
    public static List<PatchUnit> of(Map<PendingVoid, Map<PatchWindow, CountedVersion>> voids) {
        Map<SubjectWindow, PatchUnit> units = new HashMap<>();
        voids.forEach(
                (pending, windows) -> {
                    PatchUnit unit =
                            units.computeIfAbsent(
                                    keyOf(
                                            pending.target().subject(),
                                            pending.target().at().toEpochMilli()),
                                    PatchUnit::new);
                    unit.voids.add(pending);
                    unit.windows.putAll(windows);
                });
        List<PatchUnit> sorted = new ArrayList<>(units.values());
        sorted.sort(
                Comparator.<PatchUnit>comparingLong(unit -> unit.key.startMillis())
                        .thenComparing(unit -> unit.key.subject()));
        return sorted;
    }

    /** Subject and day. */
    public SubjectWindow key() {
        return key;
    }

    public List<PendingVoid> voids() {
        return voids;
    }

    public Map<PatchWindow, CountedVersion> windows() {
        return windows;
    }

    public boolean holds(CountedVersion version, long startMillis) {
        return windows.containsKey(window(version, key.subject(), startMillis));
    }

    /** The types of the events that are taken back. */
    public Set<String> types() {
        Set<String> types = new LinkedHashSet<>();
        voids.forEach(pending -> types.add(pending.target().type()));
        return types;
    }
}
