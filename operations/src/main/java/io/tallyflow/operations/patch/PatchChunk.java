package io.tallyflow.operations.patch;

import io.tallyflow.connectors.postgres.PatchRows;
import io.tallyflow.connectors.postgres.PatchRows.Patch;
import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.connectors.postgres.patch.PatchKind;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.PatchWindow;
import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.connectors.postgres.run.CountingRun;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.operations.counting.CountedWindow;
import io.tallyflow.operations.counting.RowsOfCells;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.schemas.meter.LayerName;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Units that are patched in one transaction, with what was counted of them. For one thread. */
public final class PatchChunk {

    /** So few that a commit of the stream does not wait for long. */
    private static final int MOST_WINDOWS = 200;

    private final PatchKind kind;
    private final Basis basis;
    private final int mostGroups;
    private final List<PatchUnit> units = new ArrayList<>();
    private final Map<PatchWindow, CountedWindow> counted = new HashMap<>();
    private int windows;

    /**
     * What counting rests on.
     *
     * @param commit that the lake stands for
     * @param epoch of the lake
     * @param types of events
     * @param versions that count these types
     */
    public record Basis(
            long commit, long epoch, Set<String> types, List<CountedVersion> versions) {}

    /**
     * @param kind why units are patched
     * @param mostGroups of a subject in one window
     */
    public PatchChunk(PatchKind kind, Basis basis, int mostGroups) {
        this.kind = kind;
        this.basis = basis;
        this.mostGroups = mostGroups;
    }

    /** Adds a unit. */
    public void add(PatchUnit unit, Recounted recounted) {
        units.add(unit);
        windows += unit.windows().size();
        Map<Recounted.LayerWindow, CountedWindow> ofUnit = recounted.of(unit.key());
        for (PatchWindow window : unit.windows().keySet()) {
            CountedWindow found =
                    ofUnit.get(new Recounted.LayerWindow(window.layer(), window.startMillis()));
            if (found != null) {
                counted.put(window, found);
            }
        }
    }

    /** Whether there is nothing to be patched. */
    public boolean isEmpty() {
        return units.isEmpty();
    }

    /** Whether it is to be written before another unit is added. */
    public boolean isFull() {
        return windows >= MOST_WINDOWS;
    }

    /** How many windows it counts again. */
    public int windows() {
        return windows;
    }

    /** How many voids it applies. */
    public int voids() {
        return units.stream().mapToInt(unit -> unit.voids().size()).sum();
    }

    /**
     * Puts it in place.
     *
     * @return number of the run; null if something has come between: then nothing has changed
     */
    public @Nullable Long write(Connection connection) throws Exception {
        PatchTable patches = new PatchTable(connection);
        PostgresSession.pin(connection);
        long run = patches.begin(kind, basis.commit(), reason());
        connection.commit();
        if (new PatchRows(connection).write(patch(run))) {
            return run;
        }
        patches.fail(run);
        connection.commit();
        return null;
    }

    /** If it is the same of all. */
    private @Nullable String reason() {
        Set<@Nullable String> reasons = new HashSet<>();
        units.forEach(unit -> unit.voids().forEach(one -> reasons.add(one.reason())));
        return reasons.size() == 1 ? reasons.iterator().next() : null;
    }

    private Patch patch(long run) throws Exception {
        List<PatchWindow> all = new ArrayList<>();
        List<Long> readings = new ArrayList<>();
        List<Integer> cells = new ArrayList<>();
        List<UUID> keys = new ArrayList<>();
        Map<CountedVersion, Map<SubjectWindow, CountedWindow>> byVersion = new LinkedHashMap<>();
        for (PatchUnit unit : units) {
            unit.voids().forEach(one -> keys.add(one.key()));
            unit.windows()
                    .forEach(
                            (window, version) -> {
                                CountedWindow found = counted.get(window);
                                all.add(window);
                                readings.add(readings(found));
                                cells.add(found == null ? 0 : found.limited(mostGroups).size());
                                if (found != null) {
                                    byVersion
                                            .computeIfAbsent(version, one -> new HashMap<>())
                                            .put(key(window, version), found);
                                }
                            });
        }
        return new Patch(
                run,
                basis.commit(),
                basis.epoch(),
                basis.types(),
                basis.versions(),
                all,
                readings,
                cells,
                rows(run, byVersion),
                keys);
    }

    private List<Rows> rows(
            long run, Map<CountedVersion, Map<SubjectWindow, CountedWindow>> byVersion)
            throws Exception {
        List<Rows> rows = new ArrayList<>();
        for (var one : byVersion.entrySet()) {
            CountedVersion version = one.getKey();
            new RowsOfCells(
                            version.version(),
                            LayerName.of(version.version().name()),
                            CountingRun.shardOf(run),
                            mostGroups,
                            rows::add)
                    .send(one.getValue());
        }
        return rows;
    }

    private static long readings(@Nullable CountedWindow window) {
        if (window == null) {
            return 0;
        }
        long[] sum = {0};
        window.forEach((group, cell) -> sum[0] += cell.readings());
        return sum[0];
    }

    private static SubjectWindow key(PatchWindow window, CountedVersion version) {
        return new SubjectWindow(
                window.subject(),
                window.startMillis(),
                window.startMillis() + version.version().meter().windowSize().millis());
    }
}
