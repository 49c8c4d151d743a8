package io.tallyflow.benchmarks.measure;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Takes the time of a program, inside its process: from the first record that it fetched to its
 * last result, and of that the part after a mark. Looks every 20 ms.
 */
public final class RunClock implements AutoCloseable {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final ConsumedRecords records;
    private final long markAt;
    private final Runnable onFirst;
    private final Runnable onLast;
    private final Thread thread;
    private volatile @Nullable Moment first;
    private volatile @Nullable Moment mark;
    private volatile boolean closed;
    private @Nullable Moment last;
    private long peakBytes;
    private long heapBytes;

    /**
     * A moment.
     *
     * @param nanos of the monotonic clock
     * @param cpuNanos user and system time of this process since its start
     */
    public record Moment(long nanos, long cpuNanos) {

        /** The present one. */
        public static Moment now() {
            return new Moment(System.nanoTime(), system().getProcessCpuTime());
        }

        private static OperatingSystemMXBean system() {
            return (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        }

        /** From this one to a later one. */
        Span to(Moment later) {
            return new Span(later.nanos - nanos, later.cpuNanos - cpuNanos);
        }
    }

    /**
     * Starts to look.
     *
     * @param markAt how many records are before the mark
     * @param onFirst is told when the first record has been fetched
     * @param onLast is told when the last result is there
     */
    public RunClock(String topic, long markAt, Runnable onFirst, Runnable onLast) {
        this.records = new ConsumedRecords(topic);
        this.markAt = markAt;
        this.onFirst = onFirst;
        this.onLast = onLast;
        this.thread = new Thread(this::look, "run clock");
        this.thread.setDaemon(true);
        this.thread.start();
    }

    private void look() {
        while (!closed && mark == null) {
            long count = records.count();
            if (count > 0 && first == null) {
                first = Moment.now();
                onFirst.run();
            }
            if (count >= markAt && first != null) {
                mark = Moment.now();
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    /** When the first record had been fetched; null before. */
    public @Nullable Moment first() {
        return first;
    }

    /** Whether so many records as there are before the mark have been fetched. */
    public boolean isPastMark() {
        return mark != null;
    }

    /** The last result is there. Then takes what is to be taken while the program still runs. */
    public void finish() {
        last = Moment.now();
        peakBytes = ProcessFacts.peakResidentBytes();
        close();
        onLast.run();
        System.gc();
        heapBytes = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    /** The most memory that was resident until the last result. */
    public long peakBytes() {
        return peakBytes;
    }

    /** The heap in use after a collection at the last result. */
    public long heapBytes() {
        return heapBytes;
    }

    /** From the first record to the last result. */
    public Span all() {
        return require(first, "no record was read").to(require(last, "no result"));
    }

    /** From the mark to the last result; nothing if a short run had passed it between two looks. */
    public Span afterMark() {
        Moment reached = mark;
        return reached == null ? Span.NONE : reached.to(require(last, "no result"));
    }

    private static Moment require(@Nullable Moment moment, String problem) {
        return Objects.requireNonNull(moment, problem);
    }

    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
