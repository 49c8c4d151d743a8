package io.tallyflow.functions.progress;

import io.tallyflow.schemas.event.Lane;
import io.tallyflow.schemas.progress.LaneCounts;
import io.tallyflow.schemas.progress.Progress;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/** Counts what one operator saw since the last barrier. Confined to the operator's thread. */
public final class Tally {

    private final Map<Lane, Long> lanes = new EnumMap<>(Lane.class);
    private final Map<Integer, Long> offsets = new HashMap<>();
    private final Map<String, Long> reasons = new HashMap<>();
    private long consumed;
    private long readings;
    private long adjusted;
    private long ignored;

    /** A record was read from Kafka. */
    public void consumed(int partition, long offset) {
        consumed++;
        offsets.put(partition, offset + 1);
    }

    /** A record ended in a lane. */
    public void lane(Lane lane) {
        lanes.merge(lane, 1L, Long::sum);
    }

    /** A record was rejected. */
    public void rejected(String reason) {
        lane(Lane.REJECTED);
        reasons.merge("rejected." + reason, 1L, Long::sum);
    }

    /** A reading counted in its window. */
    public void reading() {
        readings++;
    }

    /** A reading counted as an adjustment. */
    public void adjusted() {
        readings++;
        adjusted++;
    }

    /** A meter could take no reading from an event. */
    public void ignored(String reason) {
        ignored++;
        reasons.merge("ignored." + reason, 1L, Long::sum);
    }

    /**
     * Everything since the last call; counting starts again.
     *
     * @param watermarkMillis milliseconds since the epoch, UTC, or {@link Progress#NO_WATERMARK}
     */
    public Progress take(long watermarkMillis) {
        LaneCounts counts =
                new LaneCounts(
                        consumed,
                        count(Lane.METERED),
                        count(Lane.UNMATCHED),
                        count(Lane.DUPLICATE),
                        count(Lane.CONFLICT),
                        count(Lane.STALE),
                        count(Lane.REJECTED),
                        readings,
                        adjusted,
                        ignored);
        Progress progress =
                new Progress(counts, Map.copyOf(offsets), watermarkMillis, Map.copyOf(reasons));
        lanes.clear();
        offsets.clear();
        reasons.clear();
        consumed = 0;
        readings = 0;
        adjusted = 0;
        ignored = 0;
        return progress;
    }

    private long count(Lane lane) {
        return lanes.getOrDefault(lane, 0L);
    }
}
