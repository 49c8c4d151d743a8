package io.tallyflow.operations.voids;

import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.patch.CountedVersions;
import io.tallyflow.connectors.postgres.patch.PatchKind;
import io.tallyflow.connectors.postgres.patch.PatchTable;
import io.tallyflow.connectors.postgres.patch.PatchTable.Present;
import io.tallyflow.connectors.postgres.patch.PatchTable.Standing;
import io.tallyflow.connectors.postgres.patch.PendingVoid;
import io.tallyflow.connectors.postgres.patch.VoidEvent;
import io.tallyflow.connectors.postgres.patch.VoidTable;
import io.tallyflow.connectors.postgres.patch.VoidTarget;
import io.tallyflow.connectors.postgres.patch.WantedTarget;
import io.tallyflow.connectors.postgres.session.PostgresSession;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.counting.SubjectWindow;
import io.tallyflow.operations.counting.WholeLake;
import io.tallyflow.operations.counting.Workers;
import io.tallyflow.operations.patch.PatchChunk;
import io.tallyflow.operations.patch.PatchUnit;
import io.tallyflow.operations.voids.Correction.Outcome;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.voids.VoidedEvents;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** One look at the lake for voids, and what can be done by it. For one thread. */
final class CorrectionPass {

    private final Connection connection;
    private final Workers workers;
    private final LakeView view;
    private final RunLimits limits;
    private final VoidTable voids;
    private final PatchTable patches;
    private final List<Long> made = new ArrayList<>();
    private @Nullable RequestFailedException failed;
    private int applied;
    private int waitForLake;

    /**
     * @param connection that does not commit by itself
     */
    CorrectionPass(Connection connection, Workers workers, LakeView view, RunLimits limits) {
        this.connection = connection;
        this.workers = workers;
        this.view = view;
        this.limits = limits;
        this.voids = new VoidTable(connection);
        this.patches = new PatchTable(connection);
    }

    Outcome run() throws Exception {
        boolean isWhole = WholeLake.isSeen(connection, view);
        Standing standing = standing();
        connection.rollback();
        if (standing == null || !look(standing)) {
            return Outcome.nothing(isWhole);
        }
        List<PendingVoid> pending = voids.pending();
        Set<String> types = new HashSet<>();
        pending.forEach(one -> types.add(one.target().type()));
        PatchChunk.Basis basis =
                new PatchChunk.Basis(
                        standing.commit(),
                        view.epoch(),
                        types,
                        CountedVersions.of(connection, types));
        connection.rollback();
        ReadyVoids ready = ReadyVoids.of(connection, pending, basis.versions(), standing.commit());
        waitForLake = ready.waitForLake();
        applyNowhere(ready.nowhere(), basis);
        apply(PatchUnit.of(ready.windows()), basis);
        int waitForEvent = voids.wanted().size();
        connection.rollback();
        return new Outcome(
                standing.commit(),
                isWhole,
                applied,
                List.copyOf(made),
                waitForEvent,
                ready.waitForWindows(),
                waitForLake);
    }

    private @Nullable Standing standing() throws SQLException {
        return view.isEmpty()
                ? null
                : patches.standing(view.batch().token(), view.batch().checkpoint(), view.epoch());
    }

    /**
     * Notes what came since the last look.
     *
     * @param standing what the lake stands for
     * @return false if a rewind has come between, and the lake has not followed yet
     */
    private boolean look(Standing standing) throws Exception {
        Instant watermark = standing.watermark();
        long after = voids.lookedUntil(view.epoch());
        List<WantedTarget> before = voids.wanted();
        connection.rollback();
        if (view.batch().checkpoint() <= after) {
            return true;
        }
        VoidSearch search = new VoidSearch(view, workers);
        List<VoidEvent> found = search.voids(after);
        Map<UUID, WantedTarget> wanted = new LinkedHashMap<>();
        for (VoidEvent one : found) {
            UUID target = one.target();
            if (target != null) {
                wanted.put(target, new WantedTarget(target, one.subject()));
            }
        }
        List<VoidTarget> targets = search.targets(wanted.values(), 0);
        // What was looked for before cannot be among what was there before.
        List<VoidTarget> cameSince = search.targets(before, after);
        PostgresSession.pin(connection);
        patches.lookUpByKeys();
        voids.add(found, watermark);
        voids.found(targets);
        // Commits of the stream wait for whoever holds it, and a rewind changes what was there.
        Present present = patches.hold();
        if (present == null || present.epoch() != view.epoch()) {
            connection.rollback();
            return false;
        }
        voids.found(cameSince);
        if (watermark != null) {
            voids.expire(watermark);
        }
        voids.look(view.epoch(), view.batch().checkpoint(), standing.commit());
        connection.commit();
        return true;
    }

    /** Of voids whose event no version counts. */
    private void applyNowhere(List<UUID> keys, PatchChunk.Basis basis) throws SQLException {
        if (keys.isEmpty()) {
            return;
        }
        PostgresSession.pin(connection);
        Present present = patches.hold();
        if (present != null
                && present.epoch() == view.epoch()
                && CountedVersions.of(connection, basis.types()).equals(basis.versions())) {
            applied += voids.applied(keys, null);
            connection.commit();
        } else {
            connection.rollback();
            waitForLake += keys.size();
        }
    }

    private void apply(List<PatchUnit> units, PatchChunk.Basis basis) throws Exception {
        TreeMap<Long, List<PatchUnit>> byDay = new TreeMap<>();
        for (PatchUnit unit : units) {
            byDay.computeIfAbsent(unit.key().startMillis(), day -> new ArrayList<>()).add(unit);
        }
        for (List<PatchUnit> day : byDay.values()) {
            try {
                applyDay(day, basis);
            } catch (RequestFailedException e) {
                applyEach(day, basis);
            }
        }
        RequestFailedException first = failed;
        if (first != null) {
            throw first;
        }
    }

    /** One unit that memory does not hold must not keep the others for ever. */
    private void applyEach(List<PatchUnit> day, PatchChunk.Basis basis) throws Exception {
        for (PatchUnit unit : day) {
            try {
                // What was applied a moment ago is found to be, and stays as it is.
                applyDay(List.of(unit), basis);
            } catch (RequestFailedException e) {
                failed = failed == null ? e : failed;
            }
        }
    }

    private void applyDay(List<PatchUnit> day, PatchChunk.Basis basis) throws Exception {
        PatchChunk[] chunk = {new PatchChunk(PatchKind.PATCH, basis, limits.mostGroups())};
        new Recount(view, day, voided(day))
                .run(
                        limits,
                        workers,
                        (unit, recounted) -> {
                            chunk[0].add(unit, recounted);
                            if (chunk[0].isFull()) {
                                write(chunk[0]);
                                chunk[0] =
                                        new PatchChunk(PatchKind.PATCH, basis, limits.mostGroups());
                            }
                        });
        if (!chunk[0].isEmpty()) {
            write(chunk[0]);
        }
    }

    private void write(PatchChunk chunk) throws Exception {
        Long run = chunk.write(connection);
        if (run == null) {
            waitForLake += chunk.voids();
        } else {
            made.add(run);
            applied += chunk.voids();
        }
    }

    /** What was taken back on a day before, and what is now. */
    private VoidedEvents voided(List<PatchUnit> day) throws SQLException {
        SubjectWindow any = day.get(0).key();
        Set<String> types = new HashSet<>();
        Set<VoidedEvents.Name> names = new HashSet<>();
        for (PatchUnit unit : day) {
            types.addAll(unit.types());
            for (PendingVoid one : unit.voids()) {
                VoidTarget target = one.target();
                names.add(new VoidedEvents.Name(target.subject(), target.source(), target.id()));
            }
        }
        names.addAll(
                VoidedEvents.read(
                                connection,
                                types,
                                Instant.ofEpochMilli(any.startMillis()),
                                Instant.ofEpochMilli(any.endMillis()))
                        .names());
        connection.rollback();
        return new VoidedEvents(names);
    }
}
