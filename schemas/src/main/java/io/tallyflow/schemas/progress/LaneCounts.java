package io.tallyflow.schemas.progress;

/**
 * How many records ended in which lane, and what became of the readings. Over a whole commit {@code
 * consumed = metered + unmatched + duplicate + conflict + stale + rejected}.
 *
 * @param readings that counted, in a window or in an adjustment
 * @param adjusted of these, the ones in an adjustment
 * @param ignored events that a matching meter could take no reading from, once per meter
 */
public record LaneCounts(
        long consumed,
        long metered,
        long unmatched,
        long duplicate,
        long conflict,
        long stale,
        long rejected,
        long readings,
        long adjusted,
        long ignored) {

    /** Nothing counted yet. */
    public static final LaneCounts ZERO = new LaneCounts(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** The sum, lane by lane. */
    public LaneCounts plus(LaneCounts other) {
        return new LaneCounts(
                consumed + other.consumed,
                metered + other.metered,
                unmatched + other.unmatched,
                duplicate + other.duplicate,
                conflict + other.conflict,
                stale + other.stale,
                rejected + other.rejected,
                readings + other.readings,
                adjusted + other.adjusted,
                ignored + other.ignored);
    }

    /** Records in a lane: equals {@link #consumed} wherever a whole commit is counted. */
    public long inLanes() {
        return metered + unmatched + duplicate + conflict + stale + rejected;
    }
}
