package io.tallyflow.functions.aggregate;

import static io.tallyflow.functions.Events.MAX_PARALLELISM;

import io.tallyflow.functions.Events;
import io.tallyflow.functions.aggregate.OpenWindows.Added;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.usage.Reading;
import java.util.function.IntFunction;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

/** Open windows over a RocksDB, without a stream around them that would hold what they say. */
final class WindowsRig implements AutoCloseable {

    private static final int ELEMENTS_PER_BARRIER = 100_000;

    private final KeyedOneInputStreamOperatorTestHarness<Integer, Integer, Integer> harness;
    private final OpenWindows windows;
    private long mostBytes;

    /** An event and what one meter read from it. */
    record Read(UsageEvent event, Reading reading) {}

    WindowsRig(WindowOutput output, long mostBytes, int mostGroups) throws Exception {
        NoOperator operator = new NoOperator();
        harness =
                new KeyedOneInputStreamOperatorTestHarness<>(
                        operator, number -> number, Types.INT, MAX_PARALLELISM, 1, 0);
        harness.setStateBackend(new EmbeddedRocksDBStateBackend());
        harness.open();
        windows =
                new OpenWindows(
                        java.util.Map.of(),
                        new WindowState(operator.getKeyedStateBackend()),
                        output,
                        mostBytes,
                        mostGroups);
    }

    /** Adds so many readings, with a barrier every now and then. */
    void add(int count, IntFunction<Read> readings) throws Exception {
        for (int i = 0; i < count; i++) {
            Read read = readings.apply(i);
            if (windows.add(Events.key(read.event()), read.event(), read.reading())
                    == Added.OUT_OF_RANGE) {
                throw new AssertionError("out of range: " + read);
            }
            mostBytes = Math.max(mostBytes, windows.bytes());
            if (i % ELEMENTS_PER_BARRIER == ELEMENTS_PER_BARRIER - 1) {
                windows.write();
            }
        }
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
