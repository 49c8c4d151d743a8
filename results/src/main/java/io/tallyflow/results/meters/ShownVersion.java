package io.tallyflow.results.meters;

import io.tallyflow.schemas.meter.MeterVersion;
import java.util.List;

/**
 * A version that totals are taken from, and which events of its time they include.
 *
 * @param request for it: the stream counted by it what it counted by this request or a later one
 * @param runs the time of each run that counted for it what the stream had not
 */
public record ShownVersion(MeterVersion version, long request, List<MeterVersion> runs) {

    /** Counted by the stream from the first event on. */
    public static ShownVersion always(MeterVersion version) {
        return new ShownVersion(version, 0, List.of());
    }

    /**
     * Whether the stream counted an event by it.
     *
     * @param definitions number of the newest request when the event was counted
     */
    public boolean isOfStream(long definitions) {
        return definitions >= request;
    }

    /**
     * Whether a run counted the events of a time that the stream did not count.
     *
     * @param timeMillis event time, milliseconds since the epoch, UTC
     */
    public boolean isOfRun(long timeMillis) {
        return runs.stream().anyMatch(run -> run.owns(timeMillis));
    }
}
