package io.tallyflow.operations.counting;

import io.tallyflow.connectors.iceberg.table.RowsOfFile;
import io.tallyflow.results.RequestFailedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.io.CloseableIterable;

/**
 * Counts files with all workers side by side, each some of them. What does not fit into memory is
 * left to further passes over all files, each of a share of what is counted.
 *
 * @param <C> what one worker has counted in one pass
 */
public final class Passes<C extends Passes.Counted> {

    /** How often a worker looks at its memory and tells how far it is. */
    private static final int ROWS_BETWEEN_LOOKS = 4096;

    private final RunLimits limits;
    private final Workers workers;
    private final CountingListener listener;
    private final String whatIsLarge;

    /** What fills memory while it is counted. */
    public interface Counted {

        /** Of heap, about. */
        long bytes();

        /** Forgets what is not of a share. */
        void keep(Share share);
    }

    /**
     * One worker in one pass.
     *
     * @param <C> what it counts
     */
    public interface Counting<C> {

        C counted();

        /** Counts what a row says of a share. */
        void add(StructLike row, Share share);
    }

    /**
     * Takes what was counted in a pass: the whole of a share.
     *
     * @param <C> what was counted by each worker
     */
    @FunctionalInterface
    public interface Ended<C> {
        void accept(List<C> counted, Share share) throws Exception;
    }

    /**
     * @param whatIsLarge what fills memory where one thing alone does not fit, for people
     */
    public Passes(
            RunLimits limits, Workers workers, CountingListener listener, String whatIsLarge) {
        this.limits = limits;
        this.workers = workers;
        this.listener = listener;
        this.whatIsLarge = whatIsLarge;
    }

    /**
     * Counts.
     *
     * @param parts of files, with the columns that are counted
     * @throws RequestFailedException if memory does not hold one thing that cannot be divided
     */
    public void run(List<RowsOfFile> parts, Supplier<Counting<C>> countings, Ended<C> ended)
            throws Exception {
        Deque<Share> left = new ArrayDeque<>(List.of(Share.ALL));
        boolean first = true;
        while (!left.isEmpty()) {
            Share begun = left.pop();
            CommonShare share = new CommonShare(begun);
            Queue<RowsOfFile> queue = new ConcurrentLinkedQueue<>(parts);
            CountingListener heard = first ? listener : new CountingListener() {};
            List<Callable<C>> tasks = new ArrayList<>();
            for (int i = 0; i < workers.many(); i++) {
                tasks.add(() -> count(queue, share, countings.get(), heard));
            }
            List<C> counted = workers.all(tasks);
            if (!share.now().equals(begun)) {
                // Those that had ended before it became smaller.
                counted.forEach(one -> one.keep(share.now()));
            }
            for (Share one = share.now(); one.bits() > begun.bits(); one = one.parent()) {
                left.push(one.parent().otherHalf());
            }
            ended.accept(counted, share.now());
            first = false;
        }
    }

    private C count(
            Queue<RowsOfFile> parts,
            CommonShare share,
            Counting<C> counting,
            CountingListener heard)
            throws Exception {
        Share kept = share.now();
        for (RowsOfFile part = parts.poll(); part != null; part = parts.poll()) {
            int read = 0;
            try (CloseableIterable<StructLike> rows = part.read()) {
                for (StructLike row : rows) {
                    counting.add(row, kept);
                    if (++read % ROWS_BETWEEN_LOOKS == 0) {
                        kept = fit(counting.counted(), kept, share);
                        heard.reads(ROWS_BETWEEN_LOOKS);
                        if (Thread.interrupted()) {
                            throw new InterruptedException();
                        }
                    }
                }
            }
            kept = fit(counting.counted(), kept, share);
            heard.reads(read % ROWS_BETWEEN_LOOKS);
            heard.readPart();
        }
        return counting.counted();
    }

    /** Leaves half of the share to another pass if memory is too small. */
    private Share fit(C counted, Share before, CommonShare share) {
        Share kept = keep(counted, before, share.now());
        while (counted.bytes() > limits.memoryBytes() / workers.many()) {
            if (!kept.canBeHalved()) {
                throw new RequestFailedException(
                        "%s do not fit into the %d MiB that a run may take: give it more with"
                                        .formatted(whatIsLarge, limits.memoryBytes() >> 20)
                                + " TALLYFLOW_JAVA_OPTS=-Xmx8g");
            }
            share.halve(kept);
            kept = keep(counted, kept, share.now());
        }
        return kept;
    }

    private Share keep(C counted, Share before, Share now) {
        if (!now.equals(before)) {
            counted.keep(now);
        }
        return now;
    }
}
