package io.tallyflow.functions.aggregate;

import static io.tallyflow.functions.Events.MAX_PARALLELISM;

import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.lake.LakeRow;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.state.UsagePartials;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageChange;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
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

/** Subtasks of one aggregating operator, and all that they said since the last barrier. */
final class AggregateRig<K> implements AutoCloseable {

    private final KeySelector<MeteredOrProgress, K> keys;
    private final int parallelism;
    private final List<KeyedOneInputStreamOperatorTestHarness<K, MeteredOrProgress, UsageChange>>
            subtasks = new ArrayList<>();

    /** Everything that one interval between two barriers has said, however it was cut. */
    record Said(
            Map<UsageCell, UsageRow> rows,
            Map<UsageCell, UsagePartial> adjustments,
            Set<DistinctValue> values,
            Progress progress,
            Map<String, Integer> lake,
            Map<LateEvent, Integer> late) {}

    /** A checkpoint. */
    record Snapshot(int parallelism, OperatorSubtaskState state) {}

    AggregateRig(
            Supplier<OneInputStreamOperator<MeteredOrProgress, UsageChange>> operator,
            KeySelector<MeteredOrProgress, K> keys,
            TypeInformation<K> keyType,
            int parallelism,
            @Nullable Snapshot from)
            throws Exception {
        this.keys = keys;
        this.parallelism = parallelism;
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

    void give(MeteredOrProgress element) throws Exception {
        int subtask =
                KeyGroupRangeAssignment.assignKeyToParallelOperator(
                        keys.getKey(element), MAX_PARALLELISM, parallelism);
        subtasks.get(subtask).processElement(new StreamRecord<>(element));
    }

    void advance(long watermark) throws Exception {
        for (var subtask : subtasks) {
            subtask.processWatermark(new Watermark(watermark));
        }
    }

    /** What was said up to a barrier that passes now. */
    Said barrier(long checkpoint) throws Exception {
        Said said =
                new Said(
                        new HashMap<>(),
                        new HashMap<>(),
                        new HashSet<>(),
                        Progress.NONE,
                        new HashMap<>(),
                        new HashMap<>());
        Progress progress = Progress.NONE;
        for (var subtask : subtasks) {
            subtask.prepareSnapshotPreBarrier(checkpoint);
            for (UsageChange change : subtask.extractOutputValues()) {
                progress = take(change, said, progress);
            }
            subtask.getOutput().clear();
            for (LakeRow row : side(subtask, AggregateUsage.LAKE)) {
                said.lake().merge(row.toString(), 1, Integer::sum);
            }
            for (LateEvent event : side(subtask, AggregateUsage.LATE)) {
                said.late().merge(event, 1, Integer::sum);
            }
        }
        return new Said(
                said.rows(), said.adjustments(), said.values(), progress, said.lake(), said.late());
    }

    private static Progress take(UsageChange change, Said said, Progress progress) {
        if (change.row() != null) {
            said.rows().put(change.row().cell(), change.row());
        } else if (change.adjustment() != null) {
            said.adjustments()
                    .merge(
                            change.adjustment().cell(),
                            change.adjustment().partial(),
                            UsagePartials::merge);
        } else if (change.distinct() != null) {
            said.values().add(change.distinct());
        } else if (change.progress() != null) {
            return progress.plus(change.progress());
        }
        return progress;
    }

    private static <T> List<T> side(
            KeyedOneInputStreamOperatorTestHarness<?, ?, ?> subtask, OutputTag<T> tag) {
        Queue<StreamRecord<T>> records = subtask.getSideOutput(tag);
        if (records == null) {
            return List.of();
        }
        List<T> values = records.stream().map(StreamRecord::getValue).toList();
        records.clear();
        return values;
    }

    Snapshot snapshot(long checkpoint) throws Exception {
        OperatorSubtaskState[] states = new OperatorSubtaskState[parallelism];
        for (int i = 0; i < parallelism; i++) {
            states[i] = subtasks.get(i).snapshot(checkpoint, 0);
        }
        return new Snapshot(parallelism, AbstractStreamOperatorTestHarness.repackageState(states));
    }

    @Override
    public void close() throws Exception {
        for (var subtask : subtasks) {
            subtask.close();
        }
    }
}
