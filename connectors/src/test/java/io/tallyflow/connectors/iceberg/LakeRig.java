package io.tallyflow.connectors.iceberg;

import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.lake.LakeRow;
import io.tallyflow.schemas.meter.Aggregation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/**
 * The lake's operators in the hands of a test: barriers, notices, crashes, restores, rescaling. The
 * catalog and the files are real.
 */
final class LakeRig implements AutoCloseable {

    private static final int MAX_PARALLELISM = 8;

    private final List<OneInputStreamOperatorTestHarness<LakeRow, LakeFiles>> writers =
            new ArrayList<>();
    private final OneInputStreamOperatorTestHarness<LakeFiles, Void> committer;
    private final CommitLake commit;

    /** What a checkpoint holds. */
    record Snapshot(
            long checkpoint,
            int writers,
            OperatorSubtaskState writerState,
            OperatorSubtaskState committerState) {}

    LakeRig(
            LakeOptions options,
            LakeSchedule schedule,
            int parallelism,
            @Nullable Snapshot from,
            @Nullable RewindTarget rewindTo)
            throws Exception {
        commit = new CommitLake(options, schedule, rewindTo);
        committer = new OneInputStreamOperatorTestHarness<>(commit, 1, 1, 0);
        try {
            start(committer, from, from == null ? null : from.committerState());
            for (int i = 0; i < parallelism; i++) {
                var writer =
                        new OneInputStreamOperatorTestHarness<>(
                                new WriteLake(options, schedule, Map.of("tokens", Aggregation.SUM)),
                                MAX_PARALLELISM,
                                parallelism,
                                i);
                writers.add(writer);
                start(
                        writer,
                        from,
                        from == null
                                ? null
                                : AbstractStreamOperatorTestHarness.repartitionOperatorState(
                                        from.writerState(),
                                        MAX_PARALLELISM,
                                        from.writers(),
                                        parallelism,
                                        i));
            }
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    private static void start(
            OneInputStreamOperatorTestHarness<?, ?> harness,
            @Nullable Snapshot from,
            @Nullable OperatorSubtaskState state)
            throws Exception {
        harness.getExecutionConfig().enableObjectReuse();
        harness.setup();
        if (from != null) {
            harness.setRestoredCheckpointId(from.checkpoint());
            harness.initializeState(state);
        }
        harness.open();
    }

    void write(int writer, LakeRow row) throws Exception {
        writers.get(writer).processElement(new StreamRecord<>(row));
    }

    /** A barrier passes; what the operators hold then is the checkpoint. */
    Snapshot barrier(long checkpoint) throws Exception {
        for (var writer : writers) {
            writer.prepareSnapshotPreBarrier(checkpoint);
            handOver(writer);
        }
        committer.prepareSnapshotPreBarrier(checkpoint);
        OperatorSubtaskState[] states = new OperatorSubtaskState[writers.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = writers.get(i).snapshot(checkpoint, 0);
        }
        return new Snapshot(
                checkpoint,
                states.length,
                AbstractStreamOperatorTestHarness.repackageState(states),
                committer.snapshot(checkpoint, 0));
    }

    private void handOver(OneInputStreamOperatorTestHarness<LakeRow, LakeFiles> writer)
            throws Exception {
        for (LakeFiles files : writer.extractOutputValues()) {
            committer.processElement(new StreamRecord<>(files));
        }
        writer.getOutput().clear();
    }

    /** The checkpoint is complete; returns when the lake has what it is to have. */
    void complete(long checkpoint) throws Exception {
        committer.notifyOfCompletedCheckpoint(checkpoint);
        commit.awaitCommits();
    }

    /** A barrier and its completion. */
    Snapshot checkpoint(long number) throws Exception {
        Snapshot snapshot = barrier(number);
        complete(number);
        return snapshot;
    }

    /** The input ends: everything is handed over. */
    void finish() throws Exception {
        for (var writer : writers) {
            writer.getOneInputOperator().finish();
            handOver(writer);
        }
        commit.endInput();
    }

    /** Everything in memory is gone. */
    @Override
    public void close() throws Exception {
        for (var writer : writers) {
            writer.close();
        }
        committer.close();
    }
}
