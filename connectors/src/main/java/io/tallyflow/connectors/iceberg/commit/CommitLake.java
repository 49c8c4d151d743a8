package io.tallyflow.connectors.iceberg.commit;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeFile;
import io.tallyflow.connectors.iceberg.table.LakeFiles;
import io.tallyflow.connectors.iceberg.table.LakeMetrics;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTrouble;
import io.tallyflow.connectors.refusal.CommitLedger;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedMultiInput;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the files of all writers, makes a batch of them at every checkpoint at which no writer
 * keeps any, and puts it into the tables once that checkpoint is complete and the ledger has made
 * its commit. Runs with parallelism 1.
 *
 * <p>A batch has the name of the ledger's commit. The name comes ahead of the checkpoint's barrier,
 * so it lies in state with the batch: whenever a job starts from that state, it can be asked what
 * has become of the commit.
 *
 * <p>Ledger and catalog are talked to on a thread of its own: a slow one never holds a barrier.
 * What is not confirmed stays in state and is tried again after a restart; batches have names, so
 * that nothing is put in twice. A catalog that stays away never stops the job.
 */
public final class CommitLake extends AbstractStreamOperator<Void>
        implements TwoInputStreamOperator<LakeFiles, CommitName, Void>, BoundedMultiInput {

    private static final long serialVersionUID = 1L;
    private static final int INPUTS = 2;

    private final LakeOptions options;
    private final CommitLedger ledger;
    private final @Nullable RewindTarget rewindTo;

    private transient Lake lake;
    private transient LakeCommits commits;
    private transient ListState<byte[]> state;
    private transient CommitName commit;
    private transient CommitName previous;
    private transient long settledUntilMillis;
    private transient Map<Integer, LakeFiles> lastOfWriter;
    private transient List<LakeFile> held;

    /**
     * What this start began from, until its first batch. That one is made even if it is empty: it
     * may have to take later ones back.
     */
    private transient @Nullable CommitName start;

    private transient TreeMap<Long, LakeBatch> waiting;
    private transient LakeMetrics.Committing metrics;
    private transient int openInputs;

    public CommitLake(LakeOptions options, CommitLedger ledger, @Nullable RewindTarget rewindTo) {
        this.options = options;
        this.ledger = ledger;
        this.rewindTo = rewindTo;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        StoredLake.STATE, BytePrimitiveArraySerializer.INSTANCE));
        Iterator<byte[]> stored = state.get().iterator();
        LakeState restored =
                stored.hasNext() ? LakeState.fromBytes(stored.next()) : LakeState.EMPTY;
        commit = restored.commit();
        previous = restored.previous();
        settledUntilMillis = restored.settledUntilMillis();
        held = new ArrayList<>(restored.held());
        waiting = new TreeMap<>();
        lastOfWriter = new HashMap<>();
        openInputs = INPUTS;
        lake = Lake.open(options);
        connect(context.isRestored() ? restored : null);
        if (rewindTo != null && context.isRestored()) {
            start = restored.commit();
            held.replaceAll(LakeFile::ofState);
        }
        // The checkpoint that they come from is complete, or there would be no start from it.
        restored.pending().forEach(commits::start);
    }

    private void connect(@Nullable LakeState restored) throws Exception {
        LakeTrouble trouble = new LakeTrouble(System::nanoTime);
        metrics = new LakeMetrics.Committing(getMetricGroup(), trouble);
        LedgerPlaces places = new LedgerPlaces(ledger);
        LakeRule rule = new LakeRule(places, options.pipeline(), rewindTo != null);
        PatientCommits patient =
                new PatientCommits(
                        new LakeCommitter(lake, rule), places, options.patience(), trouble);
        patient.begin(new LakeStart(lake, places, rule, rewindTo), restored);
        commits = new LakeCommits(patient, metrics);
    }

    @Override
    public void processElement1(StreamRecord<LakeFiles> element) throws Exception {
        LakeFiles files = element.getValue();
        held.addAll(files.files());
        lastOfWriter.put(files.writer(), files);
        if (lastOfWriter.size() == files.writers()) {
            long earliest =
                    lastOfWriter.values().stream()
                            .mapToLong(LakeFiles::settledUntilMillis)
                            .min()
                            .orElse(Long.MIN_VALUE);
            settledUntilMillis = Math.max(settledUntilMillis, earliest);
        }
        collectOutcomes();
    }

    @Override
    public void processElement2(StreamRecord<CommitName> element) {
        commit = element.getValue();
    }

    @Override
    public void endInput(int input) {
        openInputs--;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        collectOutcomes();
        long checkpoint = context.getCheckpointId();
        if (isWhole(checkpoint) && (!held.isEmpty() || start != null)) {
            waiting.put(
                    checkpoint, new LakeBatch(commit, previous, start, held, settledUntilMillis));
            previous = commit;
            start = null;
            held = new ArrayList<>();
        }
        List<LakeBatch> pending = new ArrayList<>(commits.unconfirmed());
        pending.addAll(waiting.values());
        state.update(
                List.of(
                        new LakeState(commit, previous, settledUntilMillis, held, pending)
                                .toBytes()));
    }

    /** Whether every row up to a checkpoint was handed over. */
    private boolean isWhole(long checkpoint) {
        if (lastOfWriter.isEmpty()) {
            return false;
        }
        int writers = lastOfWriter.values().iterator().next().writers();
        return lastOfWriter.size() == writers
                && lastOfWriter.values().stream().allMatch(last -> last.wholeUntil() >= checkpoint);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        Map<Long, LakeBatch> complete = waiting.headMap(checkpointId, true);
        complete.values().forEach(commits::start);
        complete.clear();
        if (openInputs == 0) {
            // Nobody comes back to look.
            commits.await();
        }
        collectOutcomes();
    }

    /** Returns when nothing is being put in; throws what has failed. */
    void awaitCommits() throws Exception {
        commits.await();
        collectOutcomes();
    }

    private void collectOutcomes() throws Exception {
        commits.collectOutcomes();
        metrics.pending(commits.unconfirmed().size() + waiting.size());
    }

    @Override
    public void close() throws Exception {
        if (commits != null) {
            commits.close();
        }
        ledger.close();
        if (lake != null) {
            lake.close();
        }
        super.close();
    }
}
