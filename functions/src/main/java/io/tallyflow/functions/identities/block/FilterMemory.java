package io.tallyflow.functions.identities.block;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The filters in memory, of all key groups of a subtask. When there is no room for another one,
 * those go that were not needed for longest, about; state has them too.
 *
 * <p>That is second chance (Fernando Corbató: A Paging Experiment with the Multics System, 1968):
 * filters stand in a queue, and the first goes, unless it was needed since it stood there last. So
 * a question to a filter costs no more than a mark. Confined to one thread.
 */
public final class FilterMemory {

    /** Bytes of memory that a filter takes beside its places, with its place in the queue. */
    private static final int FILTER_BYTES = 96;

    private static final int FEW = 1_024;

    private final long mostBytes;
    private final ArrayDeque<Held> queue = new ArrayDeque<>();
    private int held;
    private long bytes;
    private long reads;

    /**
     * @param mostBytes how much they take at most
     */
    public FilterMemory(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /**
     * Where a filter hangs as long as it is held. Not the filter: one whose run is no more must not
     * be kept from the collector by its place in the queue.
     */
    private static final class Held {

        private final @Nullable IdentityFilter[] home;
        private final int number;

        Held(@Nullable IdentityFilter[] home, int number) {
            this.home = home;
            this.number = number;
        }

        boolean isThere() {
            return home[number] != null;
        }
    }

    /** Holds a filter that was read from state because it was asked for. */
    public void addRead(IdentityFilter filter, @Nullable IdentityFilter[] home, int number) {
        reads++;
        add(filter, home, number);
    }

    /** Holds a filter: hangs it where it belongs. */
    public void add(IdentityFilter filter, @Nullable IdentityFilter[] home, int number) {
        home[number] = filter;
        bytes += size(filter);
        held++;
        queue.add(new Held(home, number));
        while (bytes > mostBytes) {
            Held first = queue.remove();
            IdentityFilter there = first.home[first.number];
            if (there != null) {
                letGo(first, there);
            }
        }
    }

    private void letGo(Held first, IdentityFilter there) {
        if (there.takeNeed()) {
            queue.add(first);
        } else {
            first.home[first.number] = null;
            bytes -= size(there);
            held--;
        }
    }

    /** Lets go of all the filters of a run that is no more. */
    public void remove(@Nullable IdentityFilter[] home) {
        for (int number = 0; number < home.length; number++) {
            IdentityFilter filter = home[number];
            if (filter != null) {
                home[number] = null;
                bytes -= size(filter);
                held--;
            }
        }
        if (queue.size() > 2 * held + FEW) {
            queue.removeIf(one -> !one.isThere());
        }
    }

    private static long size(IdentityFilter filter) {
        return FILTER_BYTES + filter.values().length;
    }

    /** Bytes of memory. */
    public long bytes() {
        return bytes;
    }

    /** How many were read from state because they were asked for. */
    public long reads() {
        return reads;
    }
}
