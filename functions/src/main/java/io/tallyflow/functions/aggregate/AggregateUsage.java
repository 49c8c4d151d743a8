package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.aggregate.Windows.Added;
import io.tallyflow.functions.definitions.DefinitionsInForce;
import io.tallyflow.functions.memory.MemoryMetrics;
import io.tallyflow.functions.partition.SubjectKeys;
import io.tallyflow.functions.progress.LaneMetrics;
import io.tallyflow.functions.progress.ReportingOperator;
import io.tallyflow.functions.progress.Tally;
import io.tallyflow.functions.wire.FramedType;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.meter.VersionName;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.Adjustment;
import io.tallyflow.schemas.usage.AdjustmentReason;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.IgnoredReason;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.SettledUsage;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageChange;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Adds readings up in event-time windows, and late ones in adjustments.
 *
 * <p>Open windows live in memory ({@link Windows}) and are what a checkpoint holds of them; no
 * record touches state as long as memory has room. Rows that changed leave just ahead of each
 * barrier, as absolute values; a distinct value leaves when it is first seen. When the watermark
 * passes a window's end and the allowed lateness it settles: its rows leave for the last time and
 * its state is cleared.
 *
 * <p>A watermark is not part of Flink's state: after a restore it starts from nothing, and a
 * reading for a window that settled long ago would look on time, make the window anew with one
 * reading, and overwrite the right total. The operator therefore keeps its horizon, the highest
 * watermark that it acted on, as union state; every subtask takes the maximum. So it does with the
 * end of the last window that settled: a start with a longer lateness opens none again whose state
 * is gone.
 */
public final class AggregateUsage extends ReportingOperator<MeteredOrProgress, UsageChange> {

    /** Events of which at least one reading came after its window had settled. */
    public static final OutputTag<LateEvent> LATE =
            new OutputTag<>("late", TypeInformation.of(LateEvent.class));

    /** What windows came to when they settled, and every reading that came later. */
    public static final OutputTag<LakeRow> LAKE =
            new OutputTag<>("usage for the lake", FramedType.LAKE_ROW);

    /**
     * Name of the union state with each subtask's horizon, milliseconds since the epoch, UTC;
     * {@link Long#MIN_VALUE} before the first watermark.
     */
    public static final String HORIZON = "horizon";

    /** Name of the union state with the latest end of a window that has settled, as the horizon. */
    public static final String SETTLED_UNTIL = "settled-until";

    private static final long serialVersionUID = 1L;

    /** Adjusted cells that wait for the barrier; what is more leaves at once. */
    private static final int MOST_ADJUSTMENTS = 20_000;

    private final Definitions ofGraph;
    private final AggregateRules rules;
    private final int shards;
    private final WindowStore store;

    private transient DefinitionsInForce definitions;

    /** Grows: a window may be open whose meter is not counted any more. */
    private transient Map<String, Aggregation> aggregations;

    private transient ListState<Long> horizonState;
    private transient ListState<Long> settledUntilState;
    private transient long horizonMillis;
    private transient long settledUntilMillis;
    private transient SubjectKeys keys;
    private transient Windows windows;
    private transient Map<Adjusted, UsagePartial> adjustments;
    private transient Tally tally;
    private transient boolean restored;
    private transient MemoryMetrics memory;

    /** What is added to a cell, and why: one adjustment in a commit. */
    private record Adjusted(UsageCell cell, AdjustmentReason reason) {}

    /**
     * @param ofGraph what is counted, as far as is known when the job is built: cells keep what
     *     these meters can show, and everything where one is missing, as that of a meter which is
     *     no longer in force
     * @param shards over how many keys the events of a subject are spread
     */
    public AggregateUsage(Definitions ofGraph, AggregateRules rules, int shards) {
        this(ofGraph, rules, shards, WindowStore.IN_MEMORY);
    }

    AggregateUsage(Definitions ofGraph, AggregateRules rules, int shards, WindowStore store) {
        this.ofGraph = ofGraph;
        this.rules = rules;
        this.shards = shards;
        this.store = store;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        definitions = DefinitionsInForce.at(context, getRuntimeContext().getTaskInfo(), ofGraph);
        aggregations = new HashMap<>(definitions.definitions().aggregations());
        horizonState = union(context, HORIZON);
        settledUntilState = union(context, SETTLED_UNTIL);
        horizonMillis = highest(horizonState);
        settledUntilMillis = highest(settledUntilState);
        restored = context.isRestored();
    }

    private static ListState<Long> union(StateInitializationContext context, String name)
            throws Exception {
        return context.getOperatorStateStore()
                .getUnionListState(new ListStateDescriptor<>(name, LongSerializer.INSTANCE));
    }

    private static long highest(ListState<Long> ofAllSubtasks) throws Exception {
        long highest = Long.MIN_VALUE;
        for (long one : ofAllSubtasks.get()) {
            highest = Math.max(highest, one);
        }
        return highest;
    }

    @Override
    public void open() throws Exception {
        super.open();
        adjustments = new LinkedHashMap<>();
        keys =
                new SubjectKeys(
                        getRuntimeContext().getTaskInfo().getMaxNumberOfParallelSubtasks(), shards);
        tally = new Tally(LaneMetrics.ofAggregation(getMetricGroup()));
        memory = MemoryMetrics.ofWindows(getMetricGroup());
        windows =
                store.open(
                        getKeyedStateBackend(),
                        aggregations,
                        rules,
                        taskManagerSettings(),
                        new Output());
        if (restored) {
            restoreWindows();
        }
    }

    private Configuration taskManagerSettings() {
        return getContainingTask().getEnvironment().getTaskManagerInfo().getConfiguration();
    }

    private void restoreWindows() throws Exception {
        for (int key : SubjectKeys.ownKeys(getRuntimeContext().getTaskInfo())) {
            windows.restore(key);
        }
        // Another subtask may have seen further: what is behind settles before the first record.
        settle();
        if (rules.writeOpenWindowsAgain()) {
            windows.changeAll();
        }
    }

    @Override
    public void processElement(StreamRecord<MeteredOrProgress> element) throws Exception {
        MeteredEvent metered = element.getValue().metered();
        Progress progress = element.getValue().progress();
        PackedDefinitions asked = element.getValue().definitions();
        if (metered != null) {
            add(metered, element.getValue().key());
        } else if (progress != null) {
            emit(UsageChange.of(progress));
        } else if (asked != null && definitions.take(asked)) {
            aggregations.putAll(definitions.definitions().aggregations());
        }
    }

    private void add(MeteredEvent metered, int key) throws Exception {
        UsageEvent event = metered.event();
        List<String> lateMeters = null;
        for (Reading reading : metered.readings()) {
            if (isOpen(reading)) {
                count(windows.add(key, event, reading));
            } else {
                adjust(event, reading);
                lateMeters = lateMeters == null ? new ArrayList<>() : lateMeters;
                addOnce(lateMeters, VersionName.slug(reading.meter()));
            }
        }
        if (lateMeters != null) {
            output.collect(
                    LATE,
                    new StreamRecord<>(new LateEvent(event, LateEvent.Reason.LATE, lateMeters)));
        }
    }

    /** Versions of one meter may count an event side by side. */
    private static void addOnce(List<String> slugs, String slug) {
        if (!slugs.contains(slug)) {
            slugs.add(slug);
        }
    }

    private void count(Added added) {
        if (added == Added.OUT_OF_RANGE) {
            tally.ignored(IgnoredReason.TOTAL_RANGE);
            return;
        }
        tally.reading();
        if (added == Added.TO_OTHER_GROUP) {
            tally.otherGroup();
        }
    }

    private void adjust(UsageEvent event, Reading reading) {
        UsageCell cell = reading.cell(event.subject());
        AdjustmentReason reason =
                event.isImported() ? AdjustmentReason.BACKFILL : AdjustmentReason.LATE;
        adjustments.merge(new Adjusted(cell, reason), reading.partial(event), UsagePartials::merge);
        if (adjustments.size() >= MOST_ADJUSTMENTS) {
            sendAdjustments();
        }
        String distinct = reading.distinct();
        if (distinct != null) {
            // Whether it is new is known to the table of distinct values alone.
            emit(UsageChange.of(new DistinctValue(cell, distinct)));
            keep(LakeRow.of(new DistinctValue(cell, distinct)));
        }
        keep(LakeRow.of(new AdjustedReading(event, reading, reason)));
        tally.adjusted();
    }

    private void sendAdjustments() {
        adjustments.forEach(
                (adjusted, partial) ->
                        emit(
                                UsageChange.of(
                                        new Adjustment(
                                                adjusted.cell(), adjusted.reason(), partial))));
        adjustments.clear();
    }

    /** Whether the window of a reading has not settled. */
    private boolean isOpen(Reading reading) {
        return reading.windowEndMillis() > settledUntilMillis;
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        // The end of the input is not a moment in event time: a job that goes on from here must
        // find its windows open.
        if (mark.getTimestamp() != Watermark.MAX_WATERMARK.getTimestamp()
                && mark.getTimestamp() > horizonMillis) {
            horizonMillis = mark.getTimestamp();
            settle();
        }
        output.emitWatermark(mark);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        definitions.snapshot();
        horizonState.update(List.of(horizonMillis));
        settledUntilState.update(List.of(settledUntilMillis));
    }

    @Override
    protected void report() throws Exception {
        windows.write();
        memory.bytes(windows.bytes());
        memory.windows(windows.size(), windows.releases());
        sendAdjustments();
        emit(UsageChange.of(tally.take(horizonMillis)));
        keep(LakeRow.settledUntil(settledUntilMillis));
    }

    /** Settles what the horizon has passed; what has settled once stays so. */
    private void settle() throws Exception {
        long lateness = rules.allowedLateness().toMillis();
        if (horizonMillis >= Long.MIN_VALUE + lateness) {
            settledUntilMillis = Math.max(settledUntilMillis, horizonMillis - lateness + 1);
        }
        windows.settleUntil(settledUntilMillis);
    }

    private void keep(LakeRow row) {
        output.collect(LAKE, new StreamRecord<>(row));
    }

    /** Where the windows' words go. */
    private final class Output implements WindowOutput {

        @Override
        public void row(int key, KnownCell cell, boolean settled) {
            int shard = shards == 1 ? 0 : keys.shardOf(cell.name().subject(), key);
            emit(
                    UsageChange.of(
                            new UsageRow(
                                    cell.name(), cell.partial(), settled, shard, !cell.sent())));
        }

        @Override
        public void value(DistinctValue value) {
            emit(UsageChange.of(value));
        }

        @Override
        public void settled(UsageCell cell, UsagePartial partial, long distinctValues) {
            keep(
                    LakeRow.of(
                            new SettledUsage(
                                    cell,
                                    partial,
                                    distinctValues,
                                    aggregations.get(cell.meter()))));
        }

        @Override
        public void settledValue(DistinctValue value) {
            keep(LakeRow.of(value));
        }
    }
}
