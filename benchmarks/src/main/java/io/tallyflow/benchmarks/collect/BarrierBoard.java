package io.tallyflow.benchmarks.collect;

import java.util.HashMap;
import java.util.Map;

/**
 * How many records stand behind the barriers that all writers of this process have seen. Without
 * failures each writer sees the same barriers, so they are numbered as they come.
 */
public final class BarrierBoard {

    public static final BarrierBoard IN_THIS_PROCESS = new BarrierBoard();

    private final Map<Integer, Barrier> barriers = new HashMap<>();

    private static final class Barrier {
        int writers;
        long consumed;
    }

    /** A writer saw its n-th barrier, after progress that adds up to so many records. */
    synchronized void passed(int number, long consumed) {
        Barrier barrier = barriers.computeIfAbsent(number, unknown -> new Barrier());
        barrier.writers++;
        barrier.consumed += consumed;
    }

    /** Forgets all of them: another job begins. */
    public synchronized void clear() {
        barriers.clear();
    }

    /** Whether a barrier has passed all of so many writers. */
    public synchronized boolean hasPassed(int writers) {
        return barriers.values().stream().anyMatch(barrier -> barrier.writers == writers);
    }

    /** Whether a barrier has passed all of so many writers with so many records before it. */
    public synchronized boolean hasPassed(int writers, long records) {
        return barriers.values().stream()
                .anyMatch(barrier -> barrier.writers == writers && barrier.consumed == records);
    }
}
