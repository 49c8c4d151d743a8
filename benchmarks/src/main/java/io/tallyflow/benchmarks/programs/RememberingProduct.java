package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.collect.BarrierBoard;
import io.tallyflow.benchmarks.collect.Collected;
import io.tallyflow.benchmarks.measure.CheckpointTimes;
import io.tallyflow.benchmarks.measure.ProcessFacts;
import io.tallyflow.benchmarks.measure.RunClock;
import io.tallyflow.benchmarks.measure.Span;
import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RetainedCheckpoints;
import io.tallyflow.local.embedded.RunningJob;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.state.rocksdb.RocksDBOptions;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.jspecify.annotations.Nullable;

/**
 * Tallyflow's pipeline with a past. It reads the records before the mark and is measured: either
 * they are counted by no meter, so that its state is identities and nothing else, or each opens a
 * window that stays open. Then it stops. When the topic holds the rest it goes on from its last
 * checkpoint, in the same process, and is measured again: how long it takes to start, how fast it
 * is, what checkpoints take; if it is told to, these once more when it has caught up and new events
 * come at a steady rate.
 *
 * <p>The process stands for a worker of 2 GiB: {@link ProgramProcess} gives it 900 MiB of heap, and
 * what RocksDB may take of native memory is 512 MiB, all slots together, in the place of Flink's
 * managed memory. Whether the rest is enough is measured, not enforced.
 */
final class RememberingProduct implements Program {

    private static final int CHECKPOINTS_TO_BE_SURE = 2;
    private static final int ROCKSDB_MEBIBYTES = 512;

    private final Map<String, Long> figures = new HashMap<>();

    @Override
    public ProgramOutcome run(ProgramSettings settings, RunClock clock) throws Exception {
        JobSettings job = ProductOptions.job(settings);
        try (RunningJob running = flink(settings).start(job)) {
            awaitBarrier(running, settings, settings.markAt());
            putSpeed(Objects.requireNonNull(clock.first()), RunClock.Moment.now());
            Checkpoints before = settled(running, settings);
            figures.put("before.stateBytes", before.stateBytes());
            figures.put("before.checkpointMedianMillis", before.times().medianMillis());
            figures.put("before.checkpointP99Millis", before.times().p99Millis());
            figures.put("before.directoryBytes", ProcessFacts.bytesBelow(job.checkpoints()));
            putMetrics(running, settings);
            clock.finish();
            figures.put("before.residentBytes", ProcessFacts.residentBytes());
            figures.put("before.peakBytes", ProcessFacts.peakResidentBytes());
        }
        BarrierBoard.IN_THIS_PROCESS.clear();
        // Every cell that there is gets another reading, and so has another row.
        Collected.clear();
        awaitRecords(settings);
        return goOn(settings, restoring(job));
    }

    private void putSpeed(RunClock.Moment first, RunClock.Moment last) {
        figures.put("before.nanos", last.nanos() - first.nanos());
        figures.put("before.cpuNanos", last.cpuNanos() - first.cpuNanos());
    }

    private void putMetrics(RunningJob running, ProgramSettings settings) throws Exception {
        OperatorMetrics metrics = new OperatorMetrics(running.webAddress(), running.id());
        new Patience(settings.patience(), running.ended())
                .await(() -> metrics.sum("releasedWindows").isPresent());
        figures.put("before.releases", metrics.sum("releasedWindows").orElseThrow());
        figures.put("before.windowBytes", metrics.sum("openWindowBytes").orElseThrow());
        figures.put("before.identityBytes", metrics.sum("identityBytes").orElseThrow());
        figures.put("before.filterReads", metrics.sum("filterReads").orElseThrow());
    }

    private static long filterReads(RunningJob running) throws Exception {
        return new OperatorMetrics(running.webAddress(), running.id())
                .sum("filterReads")
                .orElse(0L);
    }

    private static EmbeddedFlink flink(ProgramSettings settings) {
        Configuration smallWorker = new Configuration();
        smallWorker.set(
                RocksDBOptions.FIX_PER_SLOT_MEMORY_SIZE,
                MemorySize.ofMebiBytes(ROCKSDB_MEBIBYTES / settings.parallelism()));
        return DiscardingProduct.flink(settings, smallWorker);
    }

    private ProgramOutcome goOn(ProgramSettings settings, JobSettings job) throws Exception {
        long started = System.nanoTime();
        try (RunClock clock = new RunClock(settings.topic(), 1, () -> {}, () -> {});
                RunningJob running = flink(settings).start(job)) {
            Patience patience = new Patience(settings.patience(), running.ended());
            patience.await(() -> BarrierBoard.IN_THIS_PROCESS.hasPassed(settings.parallelism()));
            figures.put("after.firstBarrierNanos", System.nanoTime() - started);
            awaitBarrier(running, settings, settings.records() - settings.markAt());
            clock.finish();
            Span span = clock.all();
            RunClock.Moment first = Objects.requireNonNull(clock.first());
            figures.put("after.startNanos", first.nanos() - started);
            figures.put("after.nanos", span.nanos());
            figures.put("after.cpuNanos", span.cpuNanos());
            figures.put("after.peakBytes", ProcessFacts.peakResidentBytes());
            Answer answer = Collected.answer();
            figures.put("after.filterReads", filterReads(running));
            Checkpoints after = Checkpoints.of(running.webAddress(), running.id());
            if (!settings.steady().isZero()) {
                CheckpointTimes steady = new SteadyLoad(settings).checkpoints(running);
                figures.put("steady.checkpoints", steady.count());
                figures.put("steady.checkpointMedianMillis", steady.medianMillis());
                figures.put("steady.checkpointP99Millis", steady.p99Millis());
            }
            return new ProgramOutcome(
                    answer, Answer.none(), after.stateBytes(), after.times(), figures);
        }
    }

    private static void awaitBarrier(RunningJob running, ProgramSettings settings, long records)
            throws Exception {
        new Patience(settings.patience(), running.ended())
                .await(
                        () ->
                                BarrierBoard.IN_THIS_PROCESS.hasPassed(
                                        settings.parallelism(), records));
    }

    /** After so many further checkpoints, the last of which holds everything. */
    private static Checkpoints settled(RunningJob running, ProgramSettings settings)
            throws Exception {
        long enough =
                Checkpoints.of(running.webAddress(), running.id()).times().count()
                        + CHECKPOINTS_TO_BE_SURE;
        @Nullable Checkpoints[] last = {null};
        new Patience(settings.patience(), running.ended())
                .await(
                        () -> {
                            last[0] = Checkpoints.of(running.webAddress(), running.id());
                            return last[0].times().count() >= enough;
                        });
        return last[0];
    }

    private static void awaitRecords(ProgramSettings settings) throws Exception {
        try (Admin admin =
                Admin.create(Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.kafka()))) {
            new Patience(settings.patience(), new CompletableFuture<>())
                    .await(
                            () ->
                                    EndOffsets.of(admin, settings.topic()).values().stream()
                                                    .mapToLong(Long::longValue)
                                                    .sum()
                                            == settings.records());
        }
    }

    private static JobSettings restoring(JobSettings job) {
        return new JobSettings(
                job.kafkaBootstrap(),
                job.postgresUrl(),
                job.postgresUser(),
                job.postgresPassword(),
                job.meters(),
                job.directory(),
                job.webPort(),
                job.parallelism(),
                RetainedCheckpoints.newest(job.checkpoints()).orElseThrow());
    }
}
