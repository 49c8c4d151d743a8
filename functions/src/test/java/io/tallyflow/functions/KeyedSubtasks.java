package io.tallyflow.functions;

import static io.tallyflow.functions.Events.MAX_PARALLELISM;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.function.Supplier;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.state.rocksdb.EmbeddedRocksDBStateBackend;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.util.OutputTag;
import org.jspecify.annotations.Nullable;

/** All subtasks of one keyed operator on RocksDB, each given the elements of its keys. */
public final class KeyedSubtasks<K, I, O> implements AutoCloseable {

    private final KeySelector<I, K> keys;
    private final List<KeyedOneInputStreamOperatorTestHarness<K, I, O>> subtasks =
            new ArrayList<>();

    /** A checkpoint. */
    public record Snapshot(int parallelism, OperatorSubtaskState state) {}

    /**
     * Starts them.
     *
     * @param from a checkpoint of any parallelism; null for a start without state
     */
    public KeyedSubtasks(
            Supplier<OneInputStreamOperator<I, O>> operator,
            KeySelector<I, K> keys,
            TypeInformation<K> keyType,
            int parallelism,
            @Nullable Snapshot from)
            throws Exception {
        this.keys = keys;
        for (int i = 0; i < parallelism; i++) {
            var harness =
                    new KeyedOneInputStreamOperatorTestHarness<>(
                            operator.get(), keys, keyType, MAX_PARALLELISM, parallelism, i);
            subtasks.add(harness);
            harness.setStateBackend(new EmbeddedRocksDBStateBackend());
            harness.getExecutionConfig().enableObjectReuse();
            harness.setup();
            if (from != null) {
                harness.initializeState(
                        AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                from.state(), MAX_PARALLELISM, from.parallelism(), parallelism, i));
            }
            harness.open();
        }
    }

    /** Gives an element to the subtask that has its key. */
    public void give(I element) throws Exception {
        int subtask =
                KeyGroupRangeAssignment.assignKeyToParallelOperator(
                        keys.getKey(element), MAX_PARALLELISM, subtasks.size());
        subtasks.get(subtask).processElement(new StreamRecord<>(element));
    }

    /** Lets event time advance for all. */
    public void advance(long watermark) throws Exception {
        for (var subtask : subtasks) {
            subtask.processWatermark(new Watermark(watermark));
        }
    }

    /** Lets a barrier come near all of them. */
    public void prepareBarrier(long checkpoint) throws Exception {
        for (var subtask : subtasks) {
            subtask.prepareSnapshotPreBarrier(checkpoint);
        }
    }

    /** What came out since the last call. */
    public List<O> taken() {
        List<O> values = new ArrayList<>();
        for (var subtask : subtasks) {
            values.addAll(subtask.extractOutputValues());
            subtask.getOutput().clear();
        }
        return values;
    }

    /** What came out aside since the last call. */
    public <T> List<T> taken(OutputTag<T> tag) {
        List<T> values = new ArrayList<>();
        for (var subtask : subtasks) {
            Queue<StreamRecord<T>> records = subtask.getSideOutput(tag);
            if (records != null) {
                records.forEach(record -> values.add(record.getValue()));
                records.clear();
            }
        }
        return values;
    }

    /** What the checkpoint holds, once its barrier has come. */
    public Snapshot snapshot(long checkpoint) throws Exception {
        OperatorSubtaskState[] states = new OperatorSubtaskState[subtasks.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = subtasks.get(i).snapshot(checkpoint, 0);
        }
        return new Snapshot(
                states.length, AbstractStreamOperatorTestHarness.repackageState(states));
    }

    @Override
    public void close() throws Exception {
        for (var subtask : subtasks) {
            subtask.close();
        }
    }
}
