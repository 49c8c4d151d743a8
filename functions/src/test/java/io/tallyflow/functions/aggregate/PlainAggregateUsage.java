package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.progress.LaneMetrics;
import io.tallyflow.functions.progress.ReportingOperator;
import io.tallyflow.functions.progress.Tally;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.lake.LakeRow;
import io.tallyflow.schemas.meter.Aggregation;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.state.UsagePartial;
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
import io.tallyflow.schemas.usage.UsagePartials;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.InternalTimer;
import org.apache.flink.streaming.api.operators.InternalTimerService;
import org.apache.flink.streaming.api.operators.Triggerable;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * What {@link AggregateUsage} must say, written plainly: state and a timer for every window of a
 * subject.
 *
 * <p>State, keyed by subject, with the window as namespace: per (meter, group) what is known of the
 * window so far, and the distinct values of UNIQUE_COUNT meters. A timer per window settles it: its
 * rows leave for the last time and its state is cleared. Rows that changed leave just ahead of each
 * barrier, as absolute values; a distinct value leaves when it is first seen. Between barriers a
 * row that has changed is known from memory, and state hears of it when it must.
 *
 * <p>A watermark is not part of Flink's state: after a restore it starts from nothing, and a
 * reading for a window that settled long ago would look on time, make the window anew with one
 * reading, and overwrite the right total. The operator therefore keeps its horizon, the highest
 * watermark that it acted on, as union state; every subtask takes the maximum.
 */
public final class PlainAggregateUsage extends ReportingOperator<MeteredOrProgress, UsageChange>
        implements Triggerable<String, TimeWindow> {

    /** Events of which at least one reading came after its window had settled. */
    public static final OutputTag<LateEvent> LATE =
            new OutputTag<>("late", TypeInformation.of(LateEvent.class));

    /** What windows came to when they settled, and every reading that came later. */
    public static final OutputTag<LakeRow> LAKE =
            new OutputTag<>("usage for the lake", TypeInformation.of(LakeRow.class));

    private static final long serialVersionUID = 1L;

    private final HashMap<String, Aggregation> aggregations;
    private final AggregateRules rules;

    private transient InternalTimerService<TimeWindow> timers;
    private transient ListState<Long> horizonState;
    private transient long horizonMillis;
    private transient TypeSerializer<TimeWindow> windowSerializer;
    private transient MapStateDescriptor<Tuple2<String, String>, UsagePartial> cellsDescriptor;
    private transient MapStateDescriptor<Tuple3<String, String, String>, Boolean>
            distinctsDescriptor;
    private transient Map<UsageCell, PlainCell> changed;

    /** When the first of the windows settles that memory knows more of than state. */
    private transient long earliestChanged;

    private transient Set<DistinctValue> distinctsSeen;
    private transient Map<UsageCell, UsagePartial> adjustments;
    private transient Tally tally;
    private transient boolean restored;

    public PlainAggregateUsage(Map<String, Aggregation> aggregations, AggregateRules rules) {
        this.aggregations = new HashMap<>(aggregations);
        this.rules = rules;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        horizonState =
                context.getOperatorStateStore()
                        .getUnionListState(
                                new ListStateDescriptor<>("horizon", LongSerializer.INSTANCE));
        horizonMillis = Long.MIN_VALUE;
        for (long other : horizonState.get()) {
            horizonMillis = Math.max(horizonMillis, other);
        }
        restored = context.isRestored();
    }

    @Override
    public void open() throws Exception {
        super.open();
        windowSerializer = new TimeWindow.Serializer();
        // Made once: analysing a type takes longer than all the rest that a reading needs.
        cellsDescriptor = cellsDescriptor();
        distinctsDescriptor = distinctsDescriptor();
        changed = new LinkedHashMap<>();
        earliestChanged = Long.MAX_VALUE;
        distinctsSeen = new HashSet<>();
        adjustments = new LinkedHashMap<>();
        tally = new Tally(LaneMetrics.ofAggregation(getMetricGroup()));
        timers = getInternalTimerService("settle", windowSerializer, this);
        if (restored) {
            // Another subtask may have seen further: what is behind settles before the first
            // record.
            getTimeServiceManager().orElseThrow().advanceWatermark(new Watermark(horizonMillis));
            if (rules.writeOpenWindowsAgain()) {
                timers.forEachEventTimeTimer((window, time) -> change(window, false));
            }
        }
    }

    @Override
    public void processElement(StreamRecord<MeteredOrProgress> element) throws Exception {
        MeteredEvent metered = element.getValue().metered();
        Progress progress = element.getValue().progress();
        if (metered != null) {
            add(metered);
        } else if (progress != null) {
            emit(UsageChange.of(progress));
        }
    }

    private void add(MeteredEvent metered) throws Exception {
        UsageEvent event = metered.event();
        List<String> lateMeters = null;
        for (Reading reading : metered.readings()) {
            TimeWindow window =
                    new TimeWindow(reading.windowStartMillis(), reading.windowEndMillis());
            if (settlesAt(window) > horizonMillis) {
                addToWindow(event, reading, window);
            } else {
                adjust(event, reading);
                lateMeters = lateMeters == null ? new ArrayList<>() : lateMeters;
                lateMeters.add(reading.meter());
            }
        }
        if (lateMeters != null) {
            output.collect(
                    LATE,
                    new StreamRecord<>(new LateEvent(event, LateEvent.Reason.LATE, lateMeters)));
        }
    }

    private void addToWindow(UsageEvent event, Reading reading, TimeWindow window)
            throws Exception {
        UsageCell cell = reading.cell(event.subject());
        PlainCell known = changed.get(cell);
        if (known == null) {
            known = new PlainCell(recall(cell, window));
            changed.put(cell, known);
        }
        UsagePartial after = UsagePartials.add(known.partial(), reading, event);
        if (after == null) {
            tally.ignored(IgnoredReason.TOTAL_RANGE);
            return;
        }
        known.change(UsagePartials.keptBy(aggregations.get(reading.meter()), after));
        earliestChanged = Math.min(earliestChanged, settlesAt(window));
        String distinct = reading.distinct();
        if (distinct != null) {
            addDistinct(new DistinctValue(cell, distinct), window);
        }
        tally.reading();
    }

    /** What state knows of a cell; a window's first cell sets the timer that settles it. */
    private UsagePartial recall(UsageCell cell, TimeWindow window) throws Exception {
        UsagePartial partial = cells(window).get(Tuple2.of(cell.meter(), cell.group()));
        if (partial == null) {
            timers.registerEventTimeTimer(window, settlesAt(window));
        }
        return partial == null ? UsagePartials.NONE : partial;
    }

    private void addDistinct(DistinctValue value, TimeWindow window) throws Exception {
        if (!distinctsSeen.add(value)) {
            return;
        }
        UsageCell cell = value.cell();
        MapState<Tuple3<String, String, String>, Boolean> seen = distincts(window);
        Tuple3<String, String, String> key = Tuple3.of(cell.meter(), cell.group(), value.text());
        if (!seen.contains(key)) {
            seen.put(key, true);
            emit(UsageChange.of(value));
        }
    }

    /** Brings what only memory knows into state: before a barrier, and before windows settle. */
    private void writeCells() throws Exception {
        earliestChanged = Long.MAX_VALUE;
        for (Map.Entry<UsageCell, PlainCell> entry : changed.entrySet()) {
            UsageCell cell = entry.getKey();
            TimeWindow window = new TimeWindow(cell.windowStartMillis(), cell.windowEndMillis());
            if (entry.getValue().takeUnwritten()) {
                setCurrentKey(cell.subject());
                cells(window)
                        .put(Tuple2.of(cell.meter(), cell.group()), entry.getValue().partial());
            }
            if (settlesAt(window) > horizonMillis) {
                earliestChanged = Math.min(earliestChanged, settlesAt(window));
            }
        }
    }

    private void adjust(UsageEvent event, Reading reading) {
        UsageCell cell = reading.cell(event.subject());
        adjustments.merge(cell, UsagePartials.of(reading, event), UsagePartials::merge);
        String distinct = reading.distinct();
        if (distinct != null) {
            // Whether it is new is known to the table of distinct values alone.
            emit(UsageChange.of(new DistinctValue(cell, distinct)));
            keep(LakeRow.of(new DistinctValue(cell, distinct)));
        }
        keep(LakeRow.of(new AdjustedReading(event, reading, AdjustmentReason.LATE)));
        tally.adjusted();
    }

    @Override
    public void onEventTime(InternalTimer<String, TimeWindow> timer) throws Exception {
        TimeWindow window = timer.getNamespace();
        change(window, true);
        keepSettled(window);
        cells(window).clear();
        distincts(window).clear();
    }

    @Override
    public void onProcessingTime(InternalTimer<String, TimeWindow> timer) {
        throw new IllegalStateException("no processing-time timer was ever set");
    }

    /** Marks all rows of the current subject's window to be written. */
    private void change(TimeWindow window, boolean settled) throws Exception {
        String subject = (String) getCurrentKey();
        for (Map.Entry<Tuple2<String, String>, UsagePartial> entry : cells(window).entries()) {
            UsageCell cell = cellOf(subject, entry.getKey(), window);
            changed.put(cell, PlainCell.known(entry.getValue(), settled));
        }
    }

    /** Hands what the current subject's window came to over to the lake. */
    private void keepSettled(TimeWindow window) throws Exception {
        String subject = (String) getCurrentKey();
        Map<Tuple2<String, String>, Long> distinctValues = new HashMap<>();
        for (Tuple3<String, String, String> seen : distincts(window).keys()) {
            Tuple2<String, String> key = Tuple2.of(seen.f0, seen.f1);
            distinctValues.merge(key, 1L, Long::sum);
            keep(LakeRow.of(new DistinctValue(cellOf(subject, key, window), seen.f2)));
        }
        for (Map.Entry<Tuple2<String, String>, UsagePartial> entry : cells(window).entries()) {
            keep(
                    LakeRow.of(
                            new SettledUsage(
                                    cellOf(subject, entry.getKey(), window),
                                    entry.getValue(),
                                    distinctValues.getOrDefault(entry.getKey(), 0L))));
        }
    }

    private void keep(LakeRow row) {
        output.collect(LAKE, new StreamRecord<>(row));
    }

    private static UsageCell cellOf(String subject, Tuple2<String, String> key, TimeWindow window) {
        return new UsageCell(key.f0, subject, key.f1, window.getStart(), window.getEnd());
    }

    private MapState<Tuple2<String, String>, UsagePartial> cells(TimeWindow window)
            throws Exception {
        return getPartitionedState(window, windowSerializer, cellsDescriptor);
    }

    private MapState<Tuple3<String, String, String>, Boolean> distincts(TimeWindow window)
            throws Exception {
        return getPartitionedState(window, windowSerializer, distinctsDescriptor);
    }

    private static MapStateDescriptor<Tuple2<String, String>, UsagePartial> cellsDescriptor() {
        return new MapStateDescriptor<>(
                "cells",
                Types.TUPLE(Types.STRING, Types.STRING),
                TypeInformation.of(UsagePartial.class));
    }

    private static MapStateDescriptor<Tuple3<String, String, String>, Boolean>
            distinctsDescriptor() {
        return new MapStateDescriptor<>(
                "distinct-values",
                Types.TUPLE(Types.STRING, Types.STRING, Types.STRING),
                Types.BOOLEAN);
    }

    /** The watermark at which no on-time reading can change the window any more. */
    private long settlesAt(TimeWindow window) {
        return window.maxTimestamp() + rules.allowedLateness().toMillis();
    }

    @Override
    public void processWatermark(Watermark mark) throws Exception {
        if (mark.getTimestamp() == Watermark.MAX_WATERMARK.getTimestamp()) {
            // The end of the input is not a moment in event time: a job that goes on from here must
            // find its windows open.
            output.emitWatermark(mark);
            return;
        }
        if (mark.getTimestamp() > horizonMillis) {
            horizonMillis = mark.getTimestamp();
        }
        if (mark.getTimestamp() >= earliestChanged) {
            writeCells();
        }
        super.processWatermark(mark);
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        horizonState.update(List.of(horizonMillis));
    }

    @Override
    protected void report() throws Exception {
        writeCells();
        changed.forEach(
                (cell, known) -> {
                    if (known.isChanged()) {
                        emit(UsageChange.of(known.row(cell)));
                    }
                });
        changed.clear();
        earliestChanged = Long.MAX_VALUE;
        distinctsSeen.clear();
        adjustments.forEach(
                (cell, partial) ->
                        emit(UsageChange.of(new Adjustment(cell, AdjustmentReason.LATE, partial))));
        adjustments.clear();
        emit(UsageChange.of(tally.take(horizonMillis)));
        keep(LakeRow.settledUntil(settledUntil()));
    }

    /** The latest end of a window that the horizon has settled; the inverse of settlesAt. */
    private long settledUntil() {
        long lateness = rules.allowedLateness().toMillis();
        return horizonMillis < Long.MIN_VALUE + lateness
                ? Long.MIN_VALUE
                : horizonMillis - lateness + 1;
    }
}
