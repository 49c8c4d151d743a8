package io.tallyflow.connectors.iceberg;

import io.tallyflow.connectors.commit.SinkRefusedException;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.commit.RewindTarget;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.BoundedOneInput;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/**
 * Gathers the files of all writers, makes a batch of them at every checkpoint that is due, and puts
 * it into the tables once that checkpoint is complete. Runs with parallelism 1.
 *
 * <p>The catalog is talked to on a thread of its own: a slow one never holds a barrier. What it has
 * not confirmed stays in state and is tried again after a restart; batches have names, so that
 * nothing is put in twice. A catalog that stays away never stops the job.
 */
final class CommitLake extends AbstractStreamOperator<Void>
        implements OneInputStreamOperator<LakeFiles, Void>, BoundedOneInput {

    private static final long serialVersionUID = 1L;
    private static final long CLOSE_PATIENCE_SECONDS = 30;

    private final LakeOptions options;
    private final LakeSchedule schedule;
    private final @Nullable RewindTarget rewindTo;

    private transient Lake lake;
    private transient PatientCommits commits;
    private transient ExecutorService thread;
    private transient ListState<byte[]> state;
    private transient CommitName previous;
    private transient long settledUntilMillis;
    private transient Map<Integer, Long> settledUntilByWriter;
    private transient List<LakeFile> held;

    /** Whether the next batch takes later ones back, and so is made even if it is empty. */
    private transient boolean goesBack;

    private transient TreeMap<Long, LakeBatch> waiting;
    private transient List<Running> running;
    private transient long token;
    private transient LakeMetrics.Committing metrics;
    private transient boolean ended;

    private record Running(LakeBatch batch, CompletableFuture<Void> outcome) {}

    CommitLake(LakeOptions options, LakeSchedule schedule, @Nullable RewindTarget rewindTo) {
        this.options = options;
        this.schedule = schedule;
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
        previous = restored.previous();
        settledUntilMillis = restored.settledUntilMillis();
        settledUntilByWriter = new HashMap<>();
        waiting = new TreeMap<>();
        running = new ArrayList<>();
        ended = false;
        token = CommitName.drawToken(new SecureRandom());
        lake = Lake.open(options);
        commits =
                new PatientCommits(
                        new LakeCommitter(lake, options.pipeline(), rewindTo), options.patience());
        CommitName expected = restorePending(restored);
        goesBack = commits.checkStart(context.isRestored(), expected);
        held = goesBack ? copies(restored.held()) : new ArrayList<>(restored.held());
    }

    /**
     * Puts pending batches in: the checkpoint that they come from is complete, or there would be no
     * start from it. What would have to take later batches back waits for the first checkpoint of
     * this start, when the ledger has agreed; and files that are taken back are put in as copies.
     *
     * @return the batch that the tables must stand at before what waits
     */
    private CommitName restorePending(LakeState restored) throws IOException, InterruptedException {
        for (LakeBatch batch : restored.pending()) {
            if (rewindTo == null || waiting.isEmpty() && commits.follows(batch)) {
                commits.apply(batch);
            } else {
                waiting.put(
                        batch.name().checkpoint(),
                        new LakeBatch(
                                batch.name(),
                                batch.previous(),
                                copies(batch.files()),
                                batch.settledUntilMillis()));
            }
        }
        return waiting.isEmpty() ? restored.previous() : waiting.firstEntry().getValue().previous();
    }

    private List<LakeFile> copies(List<LakeFile> files) throws IOException {
        List<LakeFile> copies = new ArrayList<>();
        for (LakeFile file : files) {
            copies.add(DataFiles.copy(file, lake.table(LakeTable.named(file.table()))));
        }
        return copies;
    }

    @Override
    public void open() throws Exception {
        super.open();
        metrics = new LakeMetrics.Committing(getMetricGroup());
        thread =
                Executors.newSingleThreadExecutor(
                        task -> {
                            Thread daemon = new Thread(task, "lake-commits");
                            daemon.setDaemon(true);
                            return daemon;
                        });
    }

    @Override
    public void processElement(StreamRecord<LakeFiles> element) throws Exception {
        LakeFiles files = element.getValue();
        held.addAll(files.files());
        settledUntilByWriter.put(files.writer(), files.settledUntilMillis());
        if (settledUntilByWriter.size() == files.writers()) {
            long earliest =
                    settledUntilByWriter.values().stream()
                            .mapToLong(Long::longValue)
                            .min()
                            .orElse(Long.MIN_VALUE);
            settledUntilMillis = Math.max(settledUntilMillis, earliest);
        }
        collectOutcomes();
    }

    @Override
    public void endInput() {
        ended = true;
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        collectOutcomes();
        long checkpoint = context.getCheckpointId();
        if ((schedule.isDue(checkpoint) || ended) && (!held.isEmpty() || goesBack)) {
            CommitName name = new CommitName(token, checkpoint);
            waiting.put(checkpoint, new LakeBatch(name, previous, held, settledUntilMillis));
            previous = name;
            held = new ArrayList<>();
            goesBack = false;
        }
        List<LakeBatch> pending = new ArrayList<>();
        running.forEach(commit -> pending.add(commit.batch()));
        pending.addAll(waiting.values());
        state.update(List.of(new LakeState(previous, settledUntilMillis, held, pending).toBytes()));
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        Map<Long, LakeBatch> complete = waiting.headMap(checkpointId, true);
        complete.values().forEach(this::start);
        complete.clear();
        if (ended) {
            // Nobody comes back to look.
            awaitCommits();
        }
        collectOutcomes();
    }

    /** Returns when nothing is being put in; throws what has failed. */
    void awaitCommits() throws Exception {
        for (Running commit : List.copyOf(running)) {
            commit.outcome().exceptionally(failure -> null).get();
            collectOutcomes();
        }
    }

    private void start(LakeBatch batch) {
        CommitsTask task = new CommitsTask(commits, batch, metrics);
        running.add(new Running(batch, CompletableFuture.runAsync(task, thread)));
    }

    private record CommitsTask(
            PatientCommits commits, LakeBatch batch, LakeMetrics.Committing metrics)
            implements Runnable {
        @Override
        public void run() {
            long start = System.nanoTime();
            try {
                commits.applyWhenever(batch);
                metrics.committed(start);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted while committing to the lake", e);
            }
        }
    }

    /** Forgets what is confirmed; fails the task with what has failed. */
    private void collectOutcomes() throws Exception {
        while (!running.isEmpty() && running.get(0).outcome().isDone()) {
            try {
                running.get(0).outcome().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof SinkRefusedException refusal) {
                    throw refusal;
                }
                throw new IOException(
                        "batch " + running.get(0).batch().name() + " did not get into the lake",
                        e.getCause());
            }
            running.remove(0);
        }
        metrics.pending(running.size() + waiting.size());
    }

    @Override
    public void close() throws Exception {
        if (thread != null) {
            thread.shutdownNow();
            if (!thread.awaitTermination(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn(
                        "A commit to the lake does not let itself be interrupted; it goes on alone");
            }
        }
        if (lake != null) {
            lake.close();
        }
        super.close();
    }
}
