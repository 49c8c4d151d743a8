package io.tallyflow.connectors.postgres.patch;

import io.tallyflow.schemas.meter.MeterVersion;
import java.util.List;

/**
 * A version, and which events of its time its totals include: what its rows are counted from.
 *
 * @param layer number of the layer that the stream counts it in
 * @param shown whether totals are taken from it
 * @param request for it: the stream counted by it what it counted by this request or a later one
 * @param runs the time of each run that counted for it what the stream had not
 */
public record CountedVersion(
        MeterVersion version, int layer, boolean shown, long request, List<MeterVersion> runs) {

    /**
     * Whether totals include an event.
     *
     * @param timeMillis event time, milliseconds since the epoch, UTC
     * @param definitions number of the newest request when the stream counted it
     */
    public boolean includes(long timeMillis, long definitions) {
        return definitions >= request || runs.stream().anyMatch(run -> run.owns(timeMillis));
    }
}
