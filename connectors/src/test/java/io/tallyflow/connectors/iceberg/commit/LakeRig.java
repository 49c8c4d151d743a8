package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.LakeFiles;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.connectors.iceberg.write.WriteLake;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.stream.LakeRow;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.TwoInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/**
 * The lake's operators in the hands of a test: barriers, notices, crashes, restores, rescaling. The
 * catalog and the files are real.
 */
public final class LakeRig implements AutoCloseable {

    private static final int MAX_PARALLELISM = 8;

    private final List<OneInputStreamOperatorTestHarness<LakeRow, LakeFiles>> writers =
            new ArrayList<>();
    private final TwoInputStreamOperatorTestHarness<LakeFiles, CommitName, Void> committer;
    private final CommitLake commit;
    private final MemoryLedger ledger;
    private final long token = CommitName.drawToken(new SecureRandom());
    private final @Nullable Long rewindFrom;

    /** As the sink's gather and committer hold them. */
    private final TreeMap<Long, Commit> commits = new TreeMap<>();

    private CommitName previous;

    /** A commit that the ledger may still have to make. */
    public record Commit(CommitName name, CommitName previous) {}

    /** What a checkpoint holds. */
    public record Snapshot(
            long checkpoint,
            int writers,
            OperatorSubtaskState writerState,
            OperatorSubtaskState committerState,
            CommitName commit,
            TreeMap<Long, Commit> commits) {}

    public LakeRig(
            LakeFixture lake,
            LakeSchedule schedule,
            int parallelism,
            @Nullable Snapshot from,
            @Nullable RewindTarget rewindTo)
            throws Exception {
        LakeOptions options = lake.options();
        ledger = lake.ledger();
        rewindFrom = rewindTo == null ? null : rewindTo.epoch();
        previous = from == null ? CommitName.NONE : from.commit();
        commit = new CommitLake(options, ledger, rewindTo);
        committer = new TwoInputStreamOperatorTestHarness<>(commit, 1, 1, 0);
        try {
            if (from != null) {
                from.commits().values().forEach(this::makeCommit);
            }
            start(committer, from, from == null ? null : from.committerState());
            for (int i = 0; i < parallelism; i++) {
                var writer =
                        new OneInputStreamOperatorTestHarness<>(
                                new WriteLake(options, schedule, rewindTo != null),
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
            commit.awaitCommits();
        } catch (Throwable e) {
            close();
            throw e;
        }
    }

    private static void start(
            AbstractStreamOperatorTestHarness<?> harness,
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

    public void write(int writer, LakeRow row) throws Exception {
        writers.get(writer).processElement(new StreamRecord<>(row));
    }

    /** A barrier passes; what the operators hold then is the checkpoint. */
    public Snapshot barrier(long checkpoint) throws Exception {
        for (var writer : writers) {
            writer.prepareSnapshotPreBarrier(checkpoint);
            handOver(writer);
        }
        nameCommit(checkpoint);
        committer.prepareSnapshotPreBarrier(checkpoint);
        OperatorSubtaskState[] states = new OperatorSubtaskState[writers.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = writers.get(i).snapshot(checkpoint, 0);
        }
        return new Snapshot(
                checkpoint,
                states.length,
                AbstractStreamOperatorTestHarness.repackageState(states),
                committer.snapshot(checkpoint, 0),
                previous,
                new TreeMap<>(commits));
    }

    private void nameCommit(long checkpoint) throws Exception {
        Commit next = new Commit(new CommitName(token, checkpoint), previous);
        commits.put(checkpoint, next);
        previous = next.name();
        committer.processElement2(new StreamRecord<>(next.name()));
    }

    private void makeCommit(Commit made) {
        ledger.commit(made.name(), made.previous(), rewindFrom);
    }

    private void handOver(OneInputStreamOperatorTestHarness<LakeRow, LakeFiles> writer)
            throws Exception {
        for (LakeFiles files : writer.extractOutputValues()) {
            committer.processElement1(new StreamRecord<>(files));
        }
        writer.getOutput().clear();
    }

    /** The checkpoint is complete; returns when the ledger and the lake have what is theirs. */
    public void complete(long checkpoint) throws Exception {
        makeCommits(checkpoint);
        notifyLake(checkpoint);
        awaitLake();
    }

    /** The ledger's committer hears that a checkpoint is complete. */
    public void makeCommits(long checkpoint) {
        var complete = commits.headMap(checkpoint, true);
        complete.values().forEach(this::makeCommit);
        complete.clear();
    }

    /** The lake's operators hear of it, and go on at their own pace. */
    public void notifyLake(long checkpoint) throws Exception {
        for (var writer : writers) {
            writer.notifyOfCompletedCheckpoint(checkpoint);
        }
        committer.notifyOfCompletedCheckpoint(checkpoint);
    }

    /** Returns when the lake has what it is to have. */
    public void awaitLake() throws Exception {
        commit.awaitCommits();
    }

    /** A barrier and its completion. */
    public Snapshot checkpoint(long number) throws Exception {
        Snapshot snapshot = barrier(number);
        complete(number);
        return snapshot;
    }

    /** The input ends: everything is handed over. */
    public void finish() throws Exception {
        for (var writer : writers) {
            writer.getOneInputOperator().finish();
            handOver(writer);
        }
        commit.endInput(1);
        commit.endInput(2);
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
