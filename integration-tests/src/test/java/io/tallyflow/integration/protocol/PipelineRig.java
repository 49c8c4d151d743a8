package io.tallyflow.integration.protocol;

import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.aggregate.AggregateUsage;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.functions.deduplicate.Deduplicate;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.functions.meter.ApplyMeters;
import io.tallyflow.functions.parse.RouteParsed;
import io.tallyflow.functions.parse.UsageEventParser;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.UsageChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.KeyGroupRangeAssignment;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.util.AbstractStreamOperatorTestHarness;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;
import org.jspecify.annotations.Nullable;

/**
 * The whole pipeline between a {@link UsageLog} and Postgres, on the real operators, with barriers,
 * notices, crashes and restores in the hands of the test. Only Kafka, the network between tasks and
 * time itself are missing.
 */
final class PipelineRig implements AutoCloseable {

    static final Duration LATENESS = Duration.ofSeconds(30);
    private static final long OUT_OF_ORDERNESS = 2_000;
    private static final int MAX_PARALLELISM = 8;

    /** So little that windows are released into state in the middle. */
    private static final long MEMORY = 20_000;

    private static final List<Meter> METERS = MeterFile.parse("meters.yaml", UsageLog.METERS);

    /** What was asked for has smaller numbers. */
    private static final Definitions DEFINITIONS =
            new Definitions(1_000, MeterVersion.firsts(METERS));

    private final UsageLog log;
    private final int parallelism;
    private final int shards;
    private final UsageEventParser parser = new UsageEventParser();
    private final long[] offsets;
    private final long[] progressMillis;
    private final List<OneInputStreamOperatorTestHarness<ParsedRecord, EventOrProgress>> routers =
            new ArrayList<>();
    private final List<OneInputStreamOperatorTestHarness<EventOrProgress, EventOrProgress>>
            dedupes = new ArrayList<>();
    private final List<OneInputStreamOperatorTestHarness<EventOrProgress, MeteredOrProgress>>
            meters = new ArrayList<>();
    private final List<OneInputStreamOperatorTestHarness<MeteredOrProgress, UsageChange>>
            aggregates = new ArrayList<>();
    private final SinkRig sink;
    private final Map<String, Long> stamps;

    /** Everything a checkpoint holds. */
    record Snapshot(
            long checkpoint,
            int parallelism,
            int shards,
            long[] offsets,
            OperatorSubtaskState dedupe,
            OperatorSubtaskState meters,
            OperatorSubtaskState aggregate,
            SinkRig.State sink,
            Map<String, Long> stamps) {

        /** The number that an accepted event bears in the lake. */
        long stamp(UsageLog.Entry entry) {
            return stamps.get(place(entry.record().partition(), entry.record().offset()));
        }
    }

    private static String place(int partition, long offset) {
        return partition + " " + offset;
    }

    private PipelineRig(
            UsageLog log,
            Sink<UsageChange> sink,
            boolean rewind,
            int parallelism,
            int shards,
            @Nullable Snapshot from,
            Definitions definitions)
            throws Exception {
        this.log = log;
        this.stamps = from == null ? new HashMap<>() : new HashMap<>(from.stamps());
        this.parallelism = parallelism;
        this.shards = shards;
        this.offsets = from == null ? new long[log.partitions()] : from.offsets().clone();
        this.progressMillis = new long[log.partitions()];
        Arrays.fill(progressMillis, Long.MIN_VALUE);
        AggregateRules rules =
                new AggregateRules(LATENESS, rewind, 10_000, new WorkingMemory(MEMORY));
        try {
            for (int i = 0; i < parallelism; i++) {
                routers.add(started(harness(new RouteParsed(shards), i), null, from));
                dedupes.add(
                        started(
                                new KeyedOneInputStreamOperatorTestHarness<>(
                                        new Deduplicate(DedupeRules.defaults(), definitions),
                                        EventOrProgress::key,
                                        Types.INT,
                                        MAX_PARALLELISM,
                                        parallelism,
                                        i),
                                from == null ? null : part(from.dedupe(), from, i),
                                from));
                meters.add(
                        started(
                                harness(new ApplyMeters(definitions), i),
                                from == null ? null : part(from.meters(), from, i),
                                from));
                aggregates.add(
                        started(
                                new KeyedOneInputStreamOperatorTestHarness<>(
                                        new AggregateUsage(definitions, rules, shards),
                                        MeteredOrProgress::key,
                                        Types.INT,
                                        MAX_PARALLELISM,
                                        parallelism,
                                        i),
                                from == null ? null : part(from.aggregate(), from, i),
                                from));
            }
            this.sink =
                    new SinkRig(
                            sink,
                            parallelism,
                            from == null ? null : from.sink(),
                            from == null ? 0 : from.checkpoint());
        } catch (Throwable e) {
            closeOperators();
            throw e;
        }
    }

    static PipelineRig fresh(UsageLog log, Sink<UsageChange> sink, int parallelism)
            throws Exception {
        return fresh(log, sink, parallelism, 1);
    }

    /**
     * @param shards over how many keys the events of a subject are spread; the sink's options must
     *     say the same
     */
    static PipelineRig fresh(UsageLog log, Sink<UsageChange> sink, int parallelism, int shards)
            throws Exception {
        return fresh(log, sink, parallelism, shards, DEFINITIONS);
    }

    static PipelineRig fresh(
            UsageLog log,
            Sink<UsageChange> sink,
            int parallelism,
            int shards,
            Definitions definitions)
            throws Exception {
        return new PipelineRig(log, sink, false, parallelism, shards, null, definitions);
    }

    static PipelineRig restored(
            UsageLog log, Sink<UsageChange> sink, int parallelism, Snapshot from) throws Exception {
        return restored(log, sink, parallelism, from, DEFINITIONS);
    }

    /**
     * @param definitions of the job's graph
     */
    static PipelineRig restored(
            UsageLog log,
            Sink<UsageChange> sink,
            int parallelism,
            Snapshot from,
            Definitions definitions)
            throws Exception {
        return new PipelineRig(log, sink, false, parallelism, from.shards(), from, definitions);
    }

    static PipelineRig rewound(UsageLog log, Sink<UsageChange> sink, int parallelism, Snapshot from)
            throws Exception {
        return rewound(log, sink, parallelism, from, DEFINITIONS);
    }

    static PipelineRig rewound(
            UsageLog log,
            Sink<UsageChange> sink,
            int parallelism,
            Snapshot from,
            Definitions definitions)
            throws Exception {
        return new PipelineRig(log, sink, true, parallelism, from.shards(), from, definitions);
    }

    boolean hasMore() {
        return !Arrays.equals(offsets, log.ends());
    }

    long[] offsets() {
        return offsets.clone();
    }

    /** Reads one record of a partition; false if there is none. */
    boolean read(int partition) throws Exception {
        if (offsets[partition] == log.partition(partition).size()) {
            return false;
        }
        UsageLog.Entry entry = log.partition(partition).get((int) offsets[partition]++);
        ParsedRecord parsed = parser.parse(entry.record());
        progressMillis[partition] = Math.max(progressMillis[partition], parsed.progressMillis());
        var router = routers.get(partition % parallelism);
        router.processElement(new StreamRecord<>(parsed));
        route(router);
        return true;
    }

    /** Reader 0 sends what is counted from here on. */
    void tell(PackedDefinitions definitions) throws Exception {
        routers.get(0).processElement(new StreamRecord<>(ParsedRecord.of(definitions)));
        route(routers.get(0));
    }

    /** Lets event time advance as far as the partitions that are not idle allow. */
    void advance(Set<Integer> idle) throws Exception {
        long watermark = Long.MAX_VALUE;
        for (int p = 0; p < progressMillis.length; p++) {
            if (!idle.contains(p)) {
                watermark = Math.min(watermark, progressMillis[p]);
            }
        }
        if (watermark != Long.MAX_VALUE && watermark != Long.MIN_VALUE) {
            for (int i = 0; i < parallelism; i++) {
                aggregates.get(i).processWatermark(new Watermark(watermark - OUT_OF_ORDERNESS - 1));
                change(i);
            }
        }
    }

    /** A barrier passes through all operators; what they hold then is the checkpoint. */
    Snapshot barrier(long checkpoint) throws Exception {
        for (var router : routers) {
            router.prepareSnapshotPreBarrier(checkpoint);
            route(router);
        }
        for (int i = 0; i < parallelism; i++) {
            dedupes.get(i).prepareSnapshotPreBarrier(checkpoint);
            meter(i);
            meters.get(i).prepareSnapshotPreBarrier(checkpoint);
            aggregate(i);
            aggregates.get(i).prepareSnapshotPreBarrier(checkpoint);
            change(i);
        }
        sink.barrier(checkpoint);
        return new Snapshot(
                checkpoint,
                parallelism,
                shards,
                offsets.clone(),
                states(dedupes, checkpoint),
                states(meters, checkpoint),
                states(aggregates, checkpoint),
                sink.snapshot(checkpoint),
                Map.copyOf(stamps));
    }

    /** The checkpoint is complete: the sink commits. */
    void complete(long checkpoint) throws Exception {
        sink.complete(checkpoint);
    }

    /** Everything in memory is gone. */
    @Override
    public void close() throws Exception {
        closeOperators();
        sink.close();
    }

    private void closeOperators() throws Exception {
        for (var operators : List.of(routers, dedupes, meters, aggregates)) {
            for (AutoCloseable operator : operators) {
                operator.close();
            }
            operators.clear();
        }
    }

    private void route(OneInputStreamOperatorTestHarness<ParsedRecord, EventOrProgress> router)
            throws Exception {
        for (EventOrProgress element : drained(router)) {
            int target =
                    KeyGroupRangeAssignment.assignKeyToParallelOperator(
                            element.key(), MAX_PARALLELISM, parallelism);
            dedupes.get(target).processElement(new StreamRecord<>(element));
            meter(target);
        }
    }

    private void meter(int subtask) throws Exception {
        for (EventOrProgress element : drained(dedupes.get(subtask))) {
            meters.get(subtask).processElement(new StreamRecord<>(element));
            aggregate(subtask);
        }
        var rows = dedupes.get(subtask).getSideOutput(Deduplicate.LAKE);
        while (rows != null && !rows.isEmpty()) {
            LakeRow row = rows.remove().getValue();
            if (row.accepted() != null) {
                stamps.put(
                        place(row.accepted().partition(), row.accepted().offset()),
                        row.definitions());
            }
        }
    }

    private void aggregate(int subtask) throws Exception {
        for (MeteredOrProgress element : drained(meters.get(subtask))) {
            aggregates.get(subtask).processElement(new StreamRecord<>(element));
            change(subtask);
        }
    }

    private void change(int subtask) throws Exception {
        for (UsageChange change : drained(aggregates.get(subtask))) {
            sink.write(subtask, change);
        }
    }

    private <I, O> OneInputStreamOperatorTestHarness<I, O> harness(
            OneInputStreamOperator<I, O> operator, int subtask) throws Exception {
        return new OneInputStreamOperatorTestHarness<>(
                operator, MAX_PARALLELISM, parallelism, subtask);
    }

    private static <I, O> OneInputStreamOperatorTestHarness<I, O> started(
            OneInputStreamOperatorTestHarness<I, O> harness,
            @Nullable OperatorSubtaskState state,
            @Nullable Snapshot from)
            throws Exception {
        harness.getExecutionConfig().enableObjectReuse();
        harness.setup();
        if (from != null) {
            harness.setRestoredCheckpointId(from.checkpoint());
        }
        if (state != null) {
            harness.initializeState(state);
        }
        harness.open();
        return harness;
    }

    private OperatorSubtaskState part(OperatorSubtaskState all, Snapshot from, int subtask) {
        return AbstractStreamOperatorTestHarness.repartitionOperatorState(
                all, MAX_PARALLELISM, from.parallelism(), parallelism, subtask);
    }

    private static <I, O> OperatorSubtaskState states(
            List<OneInputStreamOperatorTestHarness<I, O>> harnesses, long checkpoint)
            throws Exception {
        OperatorSubtaskState[] states = new OperatorSubtaskState[harnesses.size()];
        for (int i = 0; i < states.length; i++) {
            states[i] = harnesses.get(i).snapshot(checkpoint, 0);
        }
        return AbstractStreamOperatorTestHarness.repackageState(states);
    }

    private static <O> List<O> drained(OneInputStreamOperatorTestHarness<?, O> harness) {
        List<O> values = harness.extractOutputValues();
        harness.getOutput().clear();
        return values;
    }
}
