package io.tallyflow.schemas.meter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a meter turns readings into a value. */
public enum Aggregation {
    SUM,
    COUNT,
    UNIQUE_COUNT,
    AVG,
    MIN(Kept.MIN),
    MAX(Kept.MAX),
    LATEST(Kept.LATEST);

    /** What may be kept of a cell's readings beside how many they are and what they add up to. */
    public enum Kept {
        MIN,
        MAX,
        /** The value with the greatest (event time, source, id). */
        LATEST
    }

    private final List<Kept> kept;

    /** Asked for every reading. */
    private final @Nullable Kept alone;

    private final boolean oneAtMost;

    Aggregation(Kept... kept) {
        this.kept = List.of(kept);
        this.alone = kept.length == 1 ? kept[0] : null;
        this.oneAtMost = kept.length <= 1;
    }

    /** Whether the meter must name a value property; COUNT must not. */
    public boolean needsValue() {
        return this != COUNT;
    }

    /** Whether cells of the meter keep it. */
    public boolean keeps(Kept part) {
        return kept.contains(part);
    }

    /** Whether cells keep one thing at most, so that one number beside the sum is enough. */
    public boolean keepsOneAtMost() {
        return oneAtMost;
    }

    /** The one thing that cells keep; null if they keep nothing. */
    public @Nullable Kept keptAlone() {
        if (!oneAtMost) {
            throw new IllegalStateException(this + " keeps more than one thing");
        }
        return alone;
    }
}
