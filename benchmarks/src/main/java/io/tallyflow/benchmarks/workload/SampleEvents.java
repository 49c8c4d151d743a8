package io.tallyflow.benchmarks.workload;

import java.util.ArrayList;
import java.util.List;

/** Events of the workload in memory, for measuring code on its own. */
public final class SampleEvents {

    private SampleEvents() {}

    /** The first so many, as they stand in Kafka, without replays. */
    public static List<byte[]> json(int count) {
        Workload workload = new Workload(WorkloadSettings.standard(count, SubjectMix.SKEWED));
        EventBytes bytes = new EventBytes();
        Draw draw = new Draw();
        List<byte[]> events = new ArrayList<>(count);
        for (long position = 0; position < count; position++) {
            workload.drawNew(position, draw);
            events.add(bytes.value(draw));
        }
        return events;
    }
}
