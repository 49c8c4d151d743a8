package io.tallyflow.functions.meter;

import io.tallyflow.functions.definitions.DefinitionsInForce;
import io.tallyflow.functions.partition.SubjectKeys;
import io.tallyflow.functions.progress.LaneMetrics;
import io.tallyflow.functions.progress.ReportingOperator;
import io.tallyflow.functions.progress.Tally;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.event.VoidRequest;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.PackedDefinitions;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.IgnoredReading;
import io.tallyflow.schemas.usage.MeteredEvent;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/** Turns each accepted event into the readings of the meters that match its type. */
public final class ApplyMeters extends ReportingOperator<EventOrProgress, MeteredOrProgress> {

    private static final long serialVersionUID = 1L;

    private final Definitions ofGraph;

    private transient DefinitionsInForce definitions;
    private transient MeterReader reader;
    private transient Tally tally;
    private transient int ownKey;

    /**
     * @param ofGraph what is counted, as far as is known when the job is built
     */
    public ApplyMeters(Definitions ofGraph) {
        this.ofGraph = ofGraph;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        definitions = DefinitionsInForce.at(context, getRuntimeContext().getTaskInfo(), ofGraph);
    }

    @Override
    public void open() throws Exception {
        super.open();
        reader = newReader();
        tally = new Tally(LaneMetrics.ofMetering(getMetricGroup()));
        tally.countsBy(definitions.request());
        ownKey = SubjectKeys.ownKey(getRuntimeContext().getTaskInfo());
    }

    private MeterReader newReader() {
        return new MeterReader(definitions.definitions().versions());
    }

    @Override
    public void processElement(StreamRecord<EventOrProgress> element) {
        UsageEvent event = element.getValue().event();
        Progress progress = element.getValue().progress();
        PackedDefinitions asked = element.getValue().definitions();
        if (event != null) {
            apply(event, element.getValue().places(), element.getValue().key());
        } else if (progress != null) {
            emit(MeteredOrProgress.of(progress, element.getValue().key()));
        } else if (asked != null && definitions.take(asked)) {
            reader = newReader();
            tally.countsBy(definitions.request());
            emit(MeteredOrProgress.of(asked, element.getValue().key()));
        }
    }

    private void apply(UsageEvent event, int @Nullable [] places, int key) {
        MeteredEvent metered = reader.read(event, places);
        tally.accepted(event.timeMillis());
        tally.lane(metered.matched() ? Lane.METERED : Lane.UNMATCHED);
        if (!metered.matched() && event.type().equals(VoidRequest.TYPE)) {
            tally.voidRequest();
        }
        for (IgnoredReading ignored : metered.ignored()) {
            tally.ignored(ignored.reason());
        }
        if (!metered.readings().isEmpty()) {
            emit(MeteredOrProgress.of(metered, key));
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        definitions.snapshot();
    }

    @Override
    protected void report() {
        int subtask = getRuntimeContext().getTaskInfo().getIndexOfThisSubtask();
        Progress seen = tally.take(Progress.NO_WATERMARK);
        emit(MeteredOrProgress.of(seen.countedBy(subtask, definitions.request()), ownKey));
    }
}
