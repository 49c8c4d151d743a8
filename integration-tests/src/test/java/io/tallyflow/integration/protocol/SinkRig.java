package io.tallyflow.integration.protocol;

import io.tallyflow.schemas.usage.UsageChange;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SupportsCommitter;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessage;
import org.apache.flink.streaming.api.connector.sink2.CommittableMessageTypeInfo;
import org.apache.flink.streaming.api.connector.sink2.SupportsPreCommitTopology;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.operators.StreamOperatorFactory;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.api.transformations.PartitionTransformation;
import org.apache.flink.streaming.runtime.operators.sink.CommitterOperatorFactory;
import org.apache.flink.streaming.runtime.operators.sink.SinkWriterOperatorFactory;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/**
 * A sink's writers, its gathering operator and its committers, wired as Flink wires them, with
 * Flink's own writer and committer operators. The type of the committable stays the sink's secret.
 */
@SuppressWarnings({"unchecked", "rawtypes"})
final class SinkRig implements AutoCloseable {

    private static final int MAX_PARALLELISM = 8;

    private final List<OneInputStreamOperatorTestHarness<UsageChange, CommittableMessage>> writers =
            new ArrayList<>();
    private final List<OneInputStreamOperatorTestHarness<CommittableMessage, CommittableMessage>>
            committers = new ArrayList<>();
    private OneInputStreamOperatorTestHarness<CommittableMessage, CommittableMessage> gather;

    /** What a checkpoint holds of the sink. */
    record State(int parallelism, OperatorSubtaskState gather, OperatorSubtaskState committers) {}

    SinkRig(Sink<UsageChange> sink, int parallelism, @Nullable State from, long checkpoint)
            throws Exception {
        SimpleVersionedSerializer serializer =
                ((SupportsCommitter) sink).getCommittableSerializer();
        TypeInformation type = CommittableMessageTypeInfo.of(() -> serializer);
        try {
            // In Flink all committers are restored before any record flows; the gathering operator
            // may look at the ledger before or after them.
            gather =
                    start(
                            gatherOf(sink, type),
                            1,
                            0,
                            type,
                            checkpoint,
                            from == null ? null : from.gather());
            for (int i = 0; i < parallelism; i++) {
                writers.add(
                        start(
                                new SinkWriterOperatorFactory(sink),
                                parallelism,
                                i,
                                type,
                                checkpoint,
                                null));
                committers.add(
                        start(
                                new CommitterOperatorFactory((SupportsCommitter) sink, false, true),
                                parallelism,
                                i,
                                type,
                                checkpoint,
                                from == null
                                        ? null
                                        : AbstractStreamOperatorTestHarness
                                                .repartitionOperatorState(
                                                        from.committers(),
                                                        MAX_PARALLELISM,
                                                        from.parallelism(),
                                                        parallelism,
                                                        i)));
            }
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    /** Builds the sink's own topology and takes the operator out of it. */
    private static StreamOperatorFactory gatherOf(Sink<UsageChange> sink, TypeInformation type) {
        StreamExecutionEnvironment scratch = StreamExecutionEnvironment.getExecutionEnvironment();
        DataStream written = scratch.fromData("nothing").map(x -> null).returns(type);
        DataStream gathered = ((SupportsPreCommitTopology) sink).addPreCommitTopology(written);
        PartitionTransformation<?> global =
                (PartitionTransformation<?>) gathered.getTransformation();
        return ((OneInputTransformation<?, ?>) global.getInputs().get(0)).getOperatorFactory();
    }

    private static <I> OneInputStreamOperatorTestHarness<I, CommittableMessage> start(
            StreamOperatorFactory factory,
            int parallelism,
            int subtask,
            TypeInformation type,
            long checkpoint,
            @Nullable OperatorSubtaskState state)
            throws Exception {
        OneInputStreamOperatorTestHarness<I, CommittableMessage> harness =
                new OneInputStreamOperatorTestHarness<>(
                        factory, MAX_PARALLELISM, parallelism, subtask);
        harness.setup(type.createSerializer(harness.getExecutionConfig().getSerializerConfig()));
        if (state != null) {
            harness.setRestoredCheckpointId(checkpoint);
            harness.initializeState(state);
        }
        harness.open();
        return harness;
    }

    void write(int subtask, UsageChange change) throws Exception {
        writers.get(subtask).processElement(new StreamRecord<>(change));
    }

    void barrier(long checkpoint) throws Exception {
        for (var writer : writers) {
            writer.prepareSnapshotPreBarrier(checkpoint);
            for (CommittableMessage message : drained(writer)) {
                gather.processElement(new StreamRecord<>(message));
            }
        }
        gather.prepareSnapshotPreBarrier(checkpoint);
        for (CommittableMessage message : drained(gather)) {
            committers.get(0).processElement(new StreamRecord<>(message));
        }
    }

    State snapshot(long checkpoint) throws Exception {
        OperatorSubtaskState[] states = new OperatorSubtaskState[committers.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = committers.get(i).snapshot(checkpoint, 0);
        }
        return new State(
                committers.size(),
                gather.snapshot(checkpoint, 0),
                AbstractStreamOperatorTestHarness.repackageState(states));
    }

    void complete(long checkpoint) throws Exception {
        for (var committer : committers) {
            committer.notifyOfCompletedCheckpoint(checkpoint);
        }
    }

    @Override
    public void close() throws Exception {
        if (gather != null) {
            gather.close();
        }
        for (var writer : writers) {
            writer.close();
        }
        for (var committer : committers) {
            committer.close();
        }
    }

    private static List<CommittableMessage> drained(
            OneInputStreamOperatorTestHarness<?, CommittableMessage> harness) {
        List<CommittableMessage> values = harness.extractOutputValues();
        harness.getOutput().clear();
        return values;
    }
}
