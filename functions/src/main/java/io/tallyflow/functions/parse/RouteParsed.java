package io.tallyflow.functions.parse;

import io.tallyflow.functions.partition.SubjectKeys;
import io.tallyflow.functions.progress.LaneMetrics;
import io.tallyflow.functions.progress.ReportingOperator;
import io.tallyflow.functions.progress.Tally;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.RejectionReason;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.util.OutputTag;

/**
 * Sends events on and rejected records aside, and reports how many records were consumed and up to
 * which offset. Chained to the source, so that what it reports is exactly what the source's own
 * checkpoint holds. What is counted from here on goes to every key, so to every subtask behind,
 * whatever their number.
 */
public final class RouteParsed extends ReportingOperator<ParsedRecord, EventOrProgress> {

    /** Records that are not valid usage events. */
    public static final OutputTag<RejectedRecord> REJECTED =
            new OutputTag<>("rejected", TypeInformation.of(RejectedRecord.class));

    private static final long serialVersionUID = 1L;

    private final int shards;

    private transient int groups;
    private transient SubjectKeys keys;
    private transient Tally tally;

    /**
     * @param shards over how many keys the events of a subject are spread
     */
    public RouteParsed(int shards) {
        this.shards = shards;
    }

    @Override
    public void open() throws Exception {
        super.open();
        TaskInfo task = getRuntimeContext().getTaskInfo();
        groups = task.getMaxNumberOfParallelSubtasks();
        keys = new SubjectKeys(groups, shards);
        tally = new Tally(LaneMetrics.ofParsing(getMetricGroup()));
    }

    @Override
    public void processElement(StreamRecord<ParsedRecord> element) {
        ParsedRecord record = element.getValue();
        PackedDefinitions definitions = record.definitions();
        if (definitions == null) {
            route(record);
            return;
        }
        for (int key : SubjectKeys.keysOfAllGroups(groups)) {
            emit(EventOrProgress.of(definitions, key));
        }
    }

    private void route(ParsedRecord record) {
        tally.consumed(record.partition(), record.offset());
        UsageEvent event = record.event();
        RejectedRecord rejected = record.rejected();
        if (event != null) {
            emit(EventOrProgress.of(event, record.places(), keys.keyOf(event)));
        } else if (rejected != null) {
            tally.rejected(RejectionReason.valueOf(rejected.reason()));
            output.collect(REJECTED, new StreamRecord<>(rejected));
        } else {
            throw new IllegalStateException("neither event nor rejection: " + record);
        }
    }

    @Override
    protected void report() {
        int ownKey = SubjectKeys.ownKey(getRuntimeContext().getTaskInfo());
        emit(EventOrProgress.of(tally.take(Progress.NO_WATERMARK), ownKey));
    }
}
