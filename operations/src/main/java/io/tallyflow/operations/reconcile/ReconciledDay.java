package io.tallyflow.operations.reconcile;

import io.tallyflow.connectors.iceberg.table.EventRow;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.postgres.patch.CountedVersion;
import io.tallyflow.connectors.postgres.patch.PatchKind;
import io.tallyflow.connectors.postgres.patch.PatchWindow;
import io.tallyflow.connectors.postgres.patch.WindowState;
import io.tallyflow.operations.counting.CountedWindow;
import io.tallyflow.operations.counting.Passes;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.Share;
import io.tallyflow.operations.counting.Snapshot;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.operations.patch.PatchChunk;
import io.tallyflow.operations.patch.PatchUnit;
import io.tallyflow.operations.patch.Recounted;
import io.tallyflow.operations.patch.Recounted.LayerWindow;
import io.tallyflow.operations.patch.StatesOfWindows;
import io.tallyflow.operations.reconcile.Difference.Place;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.voids.VoidedEvents;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.quantity.Quantity;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.jspecify.annotations.Nullable;

/** Compares the windows of one day. For one thread. */
final class ReconciledDay {

    /**
     * What it works with.
     *
     * @param connection that does not commit by itself
     */
    record Ends(
            Connection connection,
            Workers workers,
            RunLimits limits,
            ReconcileListener listener,
            Tally tally) {}

    private final Ends ends;
    private final Connection connection;
    private final LakeStanding lake;
    private final ComparedVersions versions;
    private final @Nullable String slug;
    private final boolean repairs;
    private final WindowRange range;

    /**
     * @param slug of a meter; null for all
     * @param repairs whether windows that differ in Postgres are counted again
     */
    ReconciledDay(
            Ends ends,
            LakeStanding lake,
            ComparedVersions versions,
            @Nullable String slug,
            boolean repairs,
            WindowRange range) {
        this.ends = ends;
        this.connection = ends.connection();
        this.lake = lake;
        this.versions = versions;
        this.slug = slug;
        this.repairs = repairs;
        this.range = range;
    }

    /** Compares, and repairs if that is wanted. */
    void run() throws Exception {
        Snapshot.begin(connection);
        requireUnchanged();
        PatchesSince patches = PatchesSince.now(connection);
        WindowRange day = range.wholeDay();
        VoidedEvents voided =
                VoidedEvents.read(
                        connection, versions.types(), day.from().toInstant(), day.to().toInstant());
        connection.rollback();
        new Passes<CountedDay>(
                        ends.limits(),
                        ends.workers(),
                        ends.listener(),
                        "the windows of one subject on one day")
                .run(
                        lake.view().parts(LakeTable.EVENTS, filter(day), EventRow.COLUMNS),
                        () -> new CountingDay(versions, voided, range),
                        (counted, share) -> compare(CountedDay.merged(counted), share, patches));
    }

    private Expression filter(WindowRange day) {
        return Expressions.and(
                Expressions.in("type", versions.types().toArray()),
                Expressions.greaterThanOrEqual("time", micros(day.fromMillis())),
                Expressions.lessThan("time", micros(day.toMillis())));
    }

    private static long micros(long millis) {
        return TimeUnit.MILLISECONDS.toMicros(millis);
    }

    private void compare(CountedDay counted, Share share, PatchesSince patches) throws Exception {
        compareWithLake(counted.streamed(), share);
        Snapshot.begin(connection);
        requireUnchanged();
        Map<SubjectWindow, Map<PatchWindow, CountedVersion>> differing =
                compareWithPostgres(counted.shown(), share, patches.of(connection, range));
        connection.rollback();
        if (repairs) {
            repair(differing, counted.shown());
        }
    }

    private void requireUnchanged() throws SQLException {
        if (!lake.stands(connection) || !ComparedVersions.read(connection, slug).equals(versions)) {
            throw new RequestFailedException(
                    "a rewind, a change of meters or a run came between: ask again");
        }
    }

    private void compareWithLake(Recounted counted, Share share) throws IOException {
        KeptUsage kept =
                KeptUsage.read(lake.view(), versions, range, share, ends.limits().memoryBytes());
        Set<SubjectWindow> units = new HashSet<>(counted.units());
        units.addAll(kept.units());
        for (SubjectWindow unit : units) {
            Map<LayerWindow, CountedWindow> events = counted.of(unit);
            Map<LayerWindow, CountedWindow> usage = kept.of(unit);
            for (LayerWindow window : both(events.keySet(), usage.keySet())) {
                CountedVersion version = versions.ofLayer(window.layer());
                if (isOver(version, window)) {
                    ends.tally()
                            .comparesInLake(
                                    differs(
                                            Place.LAKE,
                                            version,
                                            unit,
                                            window,
                                            usage.get(window),
                                            events.get(window)));
                }
            }
        }
    }

    private boolean isOver(CountedVersion version, LayerWindow window) {
        long end = window.startMillis() + version.version().meter().windowSize().millis();
        return end <= lake.view().settledUntilMillis();
    }

    private static Set<LayerWindow> both(Set<LayerWindow> left, Set<LayerWindow> right) {
        Set<LayerWindow> both = new HashSet<>(left);
        both.addAll(right);
        return both;
    }

    private boolean differs(
            Place place,
            CountedVersion version,
            SubjectWindow unit,
            LayerWindow window,
            @Nullable CountedWindow found,
            @Nullable CountedWindow events) {
        List<Difference> differences =
                new CellDifferences(place, version.version())
                        .of(unit.subject(), window.startMillis(), found, events);
        differences.forEach(ends.listener()::differs);
        return !differences.isEmpty();
    }

    /** The windows that differ and can be repaired, by subject. */
    private Map<SubjectWindow, Map<PatchWindow, CountedVersion>> compareWithPostgres(
            Recounted counted, Share share, Set<PatchWindow> patched) throws SQLException {
        Map<SubjectWindow, Map<PatchWindow, CountedVersion>> differing = new HashMap<>();
        Set<SubjectWindow> left = new HashSet<>(counted.units());
        new ShownUsage(connection, versions, lake.commit())
                .read(
                        range,
                        share,
                        (unit, windows) -> {
                            left.remove(unit);
                            compare(unit, windows, counted, patched, differing);
                        });
        for (SubjectWindow unit : left) {
            compare(unit, Map.of(), counted, patched, differing);
        }
        return differing;
    }

    private void compare(
            SubjectWindow unit,
            Map<LayerWindow, ShownUsage.Window> windows,
            Recounted counted,
            Set<PatchWindow> patched,
            Map<SubjectWindow, Map<PatchWindow, CountedVersion>> differing) {
        Map<LayerWindow, CountedWindow> events = counted.of(unit);
        for (LayerWindow window : both(windows.keySet(), events.keySet())) {
            CountedVersion version = versions.ofLayer(window.layer());
            if (!version.version().owns(window.startMillis())) {
                continue;
            }
            PatchWindow key = PatchUnit.window(version, unit.subject(), window.startMillis());
            ShownUsage.Window shown = windows.get(window);
            if (patched.contains(key) || shown != null && shown.moves(isOver(version, window))) {
                ends.tally().leavesOut();
                continue;
            }
            CountedWindow found = shown == null ? null : shown.counted();
            boolean isDifferent =
                    differs(Place.POSTGRES, version, unit, window, found, events.get(window));
            ends.tally().compares(isDifferent);
            if (isDifferent && fits(version.version().meter(), events.get(window))) {
                differing.computeIfAbsent(unit, one -> new HashMap<>()).put(key, version);
            }
        }
    }

    /** What is ignored as out of range follows the order in which events came. */
    private static boolean fits(Meter meter, @Nullable CountedWindow events) {
        boolean[] fits = {true};
        if (events != null) {
            events.forEach(
                    (group, cell) -> {
                        BigDecimal sum = cell.partial(meter.aggregation()).sum();
                        fits[0] &= sum == null || Quantity.inRange(sum);
                    });
        }
        return fits[0];
    }

    private void repair(
            Map<SubjectWindow, Map<PatchWindow, CountedVersion>> differing, Recounted counted)
            throws Exception {
        Set<PatchWindow> all = new HashSet<>();
        differing.values().forEach(windows -> all.addAll(windows.keySet()));
        Map<PatchWindow, WindowState> states = StatesOfWindows.of(connection, all, lake.commit());
        PatchChunk chunk = chunk();
        for (Map.Entry<SubjectWindow, Map<PatchWindow, CountedVersion>> one :
                differing.entrySet()) {
            // One that must wait for the lake keeps no other.
            Map<PatchWindow, CountedVersion> ready = one.getValue();
            ready.keySet().removeIf(window -> states.get(window) != WindowState.READY);
            if (!ready.isEmpty()) {
                chunk.add(PatchUnit.of(one.getKey(), ready), counted);
            }
            if (chunk.isFull()) {
                write(chunk);
                chunk = chunk();
            }
        }
        if (!chunk.isEmpty()) {
            write(chunk);
        }
    }

    private PatchChunk chunk() {
        return new PatchChunk(
                PatchKind.REPAIR,
                new PatchChunk.Basis(
                        lake.commit(), lake.view().epoch(), versions.types(), versions.ofTypes()),
                ends.limits().mostGroups());
    }

    private void write(PatchChunk chunk) throws Exception {
        Long run = chunk.write(connection);
        if (run != null) {
            ends.tally().repairs(run, chunk.windows());
        }
    }
}
