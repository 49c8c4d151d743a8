package io.tallyflow.functions.meter;

import io.tallyflow.functions.partition.SubjectKeys;
import io.tallyflow.functions.progress.LaneMetrics;
import io.tallyflow.functions.progress.ReportingOperator;
import io.tallyflow.functions.progress.Tally;
import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.IgnoredReading;
import io.tallyflow.schemas.usage.MeteredEvent;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.jspecify.annotations.Nullable;

/** Turns each accepted event into the readings of the meters that match its type. */
public final class ApplyMeters extends ReportingOperator<EventOrProgress, MeteredOrProgress> {

    private static final long serialVersionUID = 1L;

    private final ArrayList<MeterVersion> versions;

    private transient MeterReader reader;
    private transient Tally tally;
    private transient int ownKey;

    /**
     * @param versions that count, each version of a slug once
     */
    public ApplyMeters(List<MeterVersion> versions) {
        this.versions = new ArrayList<>(versions);
    }

    @Override
    public void open() throws Exception {
        super.open();
        reader = new MeterReader(versions);
        tally = new Tally(LaneMetrics.ofMetering(getMetricGroup()));
        ownKey = SubjectKeys.ownKey(getRuntimeContext().getTaskInfo());
    }

    @Override
    public void processElement(StreamRecord<EventOrProgress> element) {
        UsageEvent event = element.getValue().event();
        Progress progress = element.getValue().progress();
        if (event != null) {
            apply(event, element.getValue().places(), element.getValue().key());
        } else if (progress != null) {
            emit(MeteredOrProgress.of(progress, element.getValue().key()));
        }
    }

    private void apply(UsageEvent event, int @Nullable [] places, int key) {
        MeteredEvent metered = reader.read(event, places);
        tally.accepted(event.timeMillis());
        tally.lane(metered.matched() ? Lane.METERED : Lane.UNMATCHED);
        for (IgnoredReading ignored : metered.ignored()) {
            tally.ignored(ignored.reason());
        }
        if (!metered.readings().isEmpty()) {
            emit(MeteredOrProgress.of(metered, key));
        }
    }

    @Override
    protected void report() {
        emit(MeteredOrProgress.of(tally.take(Progress.NO_WATERMARK), ownKey));
    }
}
