package io.tallyflow.operations.reconcile;

import java.util.ArrayList;
import java.util.List;

/** How many windows were compared so far, and what came of it. For one thread. */
final class Tally {

    private final List<Long> runs = new ArrayList<>();
    private long compared;
    private long moving;
    private long different;
    private long repaired;
    private long comparedInLake;
    private long differentInLake;

    void compares(boolean isDifferent) {
        compared++;
        different += isDifferent ? 1 : 0;
    }

    /** A window that cannot be compared yet. */
    void leavesOut() {
        moving++;
    }

    void comparesInLake(boolean isDifferent) {
        comparedInLake++;
        differentInLake += isDifferent ? 1 : 0;
    }

    void repairs(long run, int windows) {
        runs.add(run);
        repaired += windows;
    }

    long compared() {
        return compared;
    }

    Reconcile.Outcome outcome(LakeStanding lake) {
        return new Reconcile.Outcome(
                lake.commit(),
                lake.accepted(),
                lake.events(),
                new Reconcile.Windows(compared, moving, different, repaired),
                new Reconcile.Windows(comparedInLake, 0, differentInLake, 0),
                List.copyOf(runs),
                null);
    }
}
