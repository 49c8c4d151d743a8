package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.memory.HeapBytes;
import io.tallyflow.schemas.measure.UsagePartial;
import java.math.BigDecimal;
import java.util.Objects;

/** When and where the latest value of a cell came from. */
final class LatestReading {

    private static final int BYTES = 32;

    private long timeMicros;
    private String source;
    private String id;
    private int bytes;

    /**
     * @param timeMicros event time, microseconds since the epoch, UTC
     */
    LatestReading(long timeMicros, String source, String id) {
        this.timeMicros = timeMicros;
        this.source = source;
        this.id = id;
        this.bytes = bytesOf(source, id);
    }

    private static int bytesOf(String source, String id) {
        return BYTES + HeapBytes.ofText(source) + HeapBytes.ofText(id);
    }

    /** Bytes of heap, with the texts. */
    int bytes() {
        return bytes;
    }

    /** That of a partial which has a latest value. */
    static LatestReading of(UsagePartial partial) {
        return new LatestReading(
                partial.latestTimeMicros(),
                Objects.requireNonNull(partial.latestSource()),
                Objects.requireNonNull(partial.latestId()));
    }

    /** Whether a reading of this time is neither earlier nor later. */
    boolean isAt(long otherTimeMicros) {
        return timeMicros == otherTimeMicros;
    }

    /** Whether another reading is later; if so, it is in this one's place from now on. */
    boolean isBefore(long otherTimeMicros, String otherSource, String otherId) {
        if (otherTimeMicros <= timeMicros) {
            return false;
        }
        timeMicros = otherTimeMicros;
        // The old text has its place in an old part of the heap; a new one would have to move.
        source = otherSource.equals(source) ? source : otherSource;
        id = otherId;
        bytes = bytesOf(source, id);
        return true;
    }

    UsagePartial partial(long readings, BigDecimal sum, BigDecimal latest) {
        return new UsagePartial(readings, sum, null, null, latest, timeMicros, source, id);
    }
}
