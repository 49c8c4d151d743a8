package io.tallyflow.connectors.iceberg.write;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeFile;
import io.tallyflow.connectors.iceberg.table.LakeFiles;
import io.tallyflow.connectors.iceberg.table.LakeMetrics;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.usage.AdjustedReading;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.SettledUsage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.OutputFileFactory;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows into data files that stay open across checkpoints, one per table and day, and hands
 * closed files over just ahead of a barrier.
 *
 * <p>State: the logs of all open files. After a failure the files are gone; their rows are written
 * again, by whichever subtask got the log. A file whose log has grown too long is closed at the
 * next barrier, and so is the one that was idle longest when too many days are open at once. While
 * a day gets very many rows per checkpoint, its files have no log and are closed at each barrier.
 */
public final class WriteLake extends AbstractStreamOperator<LakeFiles>
        implements OneInputStreamOperator<LakeRow, LakeFiles> {

    private static final long serialVersionUID = 1L;
    private static final long MICROS_PER_DAY = 86_400_000_000L;

    /** Stale events may be of any day there ever was, and each open file takes memory. */
    private static final int MOST_OPEN_FILES = 48;

    private final LakeOptions options;
    private final LakeSchedule schedule;
    private final boolean mayRewind;

    private transient Lake lake;
    private transient Map<LakeTable, OutputFileFactory> names;
    private transient Map<Day, OpenFile> open;
    private transient Set<Day> rushed;
    private transient volatile int openFiles;
    private transient List<LakeFile> closed;
    private transient ListState<byte[]> logState;
    private transient List<byte[]> restoredLogs;
    private transient long settledUntilMillis;
    private transient long checkpoint;
    private transient LakeMetrics.Writing metrics;
    private transient boolean finished;

    /** Until the first checkpoint of this start is complete, each takes all files along. */
    private transient boolean takesAll;

    private record Day(LakeTable table, long day) {}

    /**
     * A writer.
     *
     * @param mayRewind whether tables may go back to the state that this start begins from: what
     *     comes from there is kept apart from what comes after, and the first checkpoint has all
     */
    public WriteLake(LakeOptions options, LakeSchedule schedule, boolean mayRewind) {
        this.options = options;
        this.schedule = schedule;
        this.mayRewind = mayRewind;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        logState =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "open-file-logs", BytePrimitiveArraySerializer.INSTANCE));
        restoredLogs = new ArrayList<>();
        logState.get().forEach(restoredLogs::add);
        checkpoint = context.getRestoredCheckpointId().orElse(0L) + 1;
        takesAll = mayRewind && context.isRestored();
    }

    @Override
    public void open() throws Exception {
        super.open();
        lake = Lake.open(options);
        names = new EnumMap<>(LakeTable.class);
        // In the order in which they were last written to.
        open = new LinkedHashMap<>(16, 0.75f, true);
        rushed = new HashSet<>();
        closed = new ArrayList<>();
        settledUntilMillis = Long.MIN_VALUE;
        metrics = new LakeMetrics.Writing(getMetricGroup(), () -> openFiles);
        for (byte[] log : restoredLogs) {
            RowLog.replay(log, this::rewrite);
        }
        restoredLogs = List.of();
        if (takesAll) {
            close(true);
            closed.replaceAll(LakeFile::ofState);
        }
    }

    private void rewrite(LakeRecord row) {
        try {
            write(row);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a row of the lake again", e);
        }
    }

    @Override
    public void processElement(StreamRecord<LakeRow> element) throws Exception {
        LakeRow row = element.getValue();
        Long settledUntil = row.settledUntilMillis();
        if (settledUntil != null) {
            settledUntilMillis = settledUntil;
        } else {
            write(record(row));
        }
    }

    private LakeRecord record(LakeRow row) {
        UsageEvent accepted = row.accepted();
        UsageEvent stale = row.stale();
        SettledUsage settled = row.settled();
        DistinctValue distinct = row.distinct();
        AdjustedReading adjusted = row.adjusted();
        if (accepted != null) {
            return LakeRecords.accepted(accepted, row.definitions(), checkpoint);
        } else if (stale != null) {
            return LakeRecords.stale(stale, checkpoint);
        } else if (settled != null) {
            return LakeRecords.of(settled, checkpoint);
        } else if (distinct != null) {
            return LakeRecords.of(distinct, checkpoint);
        } else if (adjusted != null) {
            return LakeRecords.of(adjusted, checkpoint);
        }
        throw new IllegalStateException("an empty row for the lake");
    }

    private void write(LakeRecord row) throws IOException {
        Day day = new Day(row.table(), Math.floorDiv(row.dayMicros(), MICROS_PER_DAY));
        OpenFile file = open.get(day);
        if (file == null) {
            closeIdlest();
            file = openFile(row, !rushed.contains(day));
            open.put(day, file);
            openFiles = open.size();
        }
        file.write(row, options.logBytes());
        metrics.row();
    }

    private OpenFile openFile(LakeRecord first, boolean logged) throws IOException {
        LakeTable name = first.table();
        return new OpenFile(table(name), name, names(name), first, logged);
    }

    /** Rows may come before it is known whether this start is refused. */
    private Table table(LakeTable name) throws IOException {
        return lake.whenMade(name, options.patience());
    }

    private OutputFileFactory names(LakeTable name) throws IOException {
        OutputFileFactory known = names.get(name);
        if (known == null) {
            known =
                    OutputFileFactory.builderFor(
                                    table(name),
                                    getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                                    getRuntimeContext().getTaskInfo().getAttemptNumber())
                            .format(FileFormat.PARQUET)
                            .operationId(UUID.randomUUID().toString())
                            .build();
            names.put(name, known);
        }
        return known;
    }

    private void closeIdlest() throws IOException {
        if (open.size() == MOST_OPEN_FILES) {
            Iterator<OpenFile> idlest = open.values().iterator();
            closed.add(idlest.next().close());
            idlest.remove();
        }
    }

    @Override
    public void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        if (finished) {
            return;
        }
        boolean due = takesAll || schedule.isDue(checkpointId);
        close(due);
        if (due || !closed.isEmpty()) {
            handOver(due ? checkpointId : LakeFiles.NOT_WHOLE);
        }
        // A row belongs to the first checkpoint that holds it.
        checkpoint = checkpointId + 1;
    }

    /** Closes the files that cannot stay open, or all. */
    private void close(boolean all) throws IOException {
        noteRushed();
        Iterator<OpenFile> files = open.values().iterator();
        while (files.hasNext()) {
            OpenFile file = files.next();
            if (all || file.isOverdue()) {
                closed.add(file.close());
                files.remove();
            } else {
                file.passBarrier();
            }
        }
    }

    /** As many rows as since the last barrier are likely to come until the next. */
    private void noteRushed() {
        rushed.clear();
        open.forEach(
                (day, file) -> {
                    if (file.isRushed()) {
                        rushed.add(day);
                    }
                });
    }

    private void handOver(long wholeUntil) {
        metrics.handedOver(closed.size());
        openFiles = open.size();
        output.collect(
                new StreamRecord<>(
                        new LakeFiles(
                                getRuntimeContext().getTaskInfo().getIndexOfThisSubtask(),
                                getRuntimeContext().getTaskInfo().getNumberOfParallelSubtasks(),
                                closed,
                                settledUntilMillis,
                                wholeUntil)));
        closed = new ArrayList<>();
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<byte[]> logs = new ArrayList<>();
        for (OpenFile file : open.values()) {
            file.log().ifPresent(logs::add);
        }
        logState.update(logs);
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        takesAll = false;
    }

    @Override
    public void finish() throws Exception {
        close(true);
        handOver(LakeFiles.WHOLE_FOR_EVER);
        finished = true;
        super.finish();
    }

    @Override
    public void close() throws Exception {
        try {
            abandonOpenFiles(open);
        } finally {
            if (lake != null) {
                lake.close();
            }
            super.close();
        }
    }

    private static void abandonOpenFiles(@Nullable Map<Day, OpenFile> files) {
        if (files != null) {
            files.values().forEach(OpenFile::abandon);
            files.clear();
        }
    }
}
