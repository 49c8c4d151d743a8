package io.tallyflow.functions.aggregate;

import static io.tallyflow.functions.Events.MAX_PARALLELISM;

import io.tallyflow.functions.Events;
import io.tallyflow.functions.aggregate.Windows.Added;
import io.tallyflow.functions.partition.SubjectKeys;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.usage.Reading;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.runtime.state.KeyGroupRange;
import org.apache.flink.runtime.state.TestableKeyedStateBackend;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/**
 * Open windows over a RocksDB, without a stream around them that would hold what they say. The
 * RocksDB has what a worker of 2 GiB gives to one of two slots: in the few mebibytes that Flink's
 * harness gives, every look into it reads files.
 */
final class WindowsRig implements AutoCloseable {

    private static final int ELEMENTS_PER_BARRIER = 100_000;
    private static final MemorySize OF_ROCKSDB = MemorySize.ofMebiBytes(256);

    private final KeyedOneInputStreamOperatorTestHarness<Integer, Integer, Integer> harness;
    private final NoOperator operator = new NoOperator();
    private final Supplier<OpenWindows> windowsOverState;
    private final OpenWindows windows;
    private final CountedState state = new CountedState();
    private long mostBytes;

    /** An event and what one meter read from it. */
    record Read(UsageEvent event, Reading reading) {}

    /** Of meters that are no longer in force, so that cells keep everything. */
    WindowsRig(WindowOutput output, long mostBytes, int mostGroups) throws Exception {
        this(Map.of(), output, mostBytes, mostGroups);
    }

    WindowsRig(
            Map<String, Aggregation> aggregations,
            WindowOutput output,
            long mostBytes,
            int mostGroups)
            throws Exception {
        harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        operator, number -> number, Types.INT, MAX_PARALLELISM, 1, 0);
        EmbeddedRocksDBStateBackend backend = new EmbeddedRocksDBStateBackend();
        backend.getMemoryConfiguration().setFixedMemoryPerSlot(OF_ROCKSDB);
        harness.setStateBackend(backend);
        harness.open();
        windowsOverState =
                () ->
                        new OpenWindows(
                                aggregations,
                                new WindowState(state.of(operator.getKeyedStateBackend())),
                                output,
                                mostBytes,
                                mostGroups);
        windows = windowsOverState.get();
    }

    /** What another worker would have that takes the state over as it is now. */
    OpenWindows restored() throws Exception {
        OpenWindows restored = windowsOverState.get();
        KeyGroupRange all = KeyGroupRange.of(0, MAX_PARALLELISM - 1);
        for (int key : SubjectKeys.keysOf(all, MAX_PARALLELISM)) {
            restored.restore(key);
        }
        return restored;
    }

    /** Adds so many readings, with a barrier every now and then. */
    void add(int count, IntFunction<Read> readings) throws Exception {
        for (int i = 0; i < count; i++) {
            Read read = readings.apply(i);
            if (add(read) == Added.OUT_OF_RANGE) {
                throw new AssertionError("out of range: " + read);
            }
            mostBytes = Math.max(mostBytes, windows.bytes());
            if (i % ELEMENTS_PER_BARRIER == ELEMENTS_PER_BARRIER - 1) {
                windows.write();
            }
        }
    }

    Added add(Read read) throws Exception {
        return windows.add(Events.key(read.event()), read.event(), read.reading());
    }

    void settle() throws Exception {
        windows.settleUntil(Long.MAX_VALUE);
    }

    OpenWindows windows() {
        return windows;
    }

    /** The most that the windows took after any reading. */
    long mostBytes() {
        return mostBytes;
    }

    /** How many entries there are in state, of whatever kind. */
    int entries() {
        return ((TestableKeyedStateBackend<?>) operator.getKeyedStateBackend())
                .numKeyValueStateEntries();
    }

    /** How often state was read or written. */
    long accesses() {
        return state.accesses();
    }

    /** How often a map in state was gone through or cleared. */
    long walks() {
        return state.walks();
    }

    @Override
    public void close() throws Exception {
        harness.close();
    }

    /** There for its state. */
    private static final class NoOperator extends AbstractStreamOperator<Integer>
            implements OneInputStreamOperator<Integer, Integer> {

        private static final long serialVersionUID = 1L;

        @Override
        public void processElement(StreamRecord<Integer> element) {
            throw new UnsupportedOperationException();
        }
    }
}
