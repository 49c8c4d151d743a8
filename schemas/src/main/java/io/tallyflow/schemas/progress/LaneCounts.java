package io.tallyflow.schemas.progress;

import java.util.Arrays;
import java.util.function.ToLongFunction;

/**
 * How many records ended in which lane, and what became of the readings. Over a whole commit {@code
 * consumed = metered + unmatched + duplicate + conflict + stale + rejected}.
 *
 * @param values by the order of {@link Count}
 */
public record LaneCounts(long[] values) {

    /** Nothing counted yet. */
    public static final LaneCounts ZERO = new LaneCounts(new long[Count.all().size()]);

    /**
     * Keeps a copy.
     *
     * @throws IllegalArgumentException if there is not one for each count
     */
    public LaneCounts {
        if (values.length != Count.all().size()) {
            throw new IllegalArgumentException(
                    values.length + " counts are given and " + Count.all().size() + " are known");
        }
        values = values.clone();
    }

    /** Counts in the order of {@link Count}. */
    public static LaneCounts inOrder(long... values) {
        return new LaneCounts(values);
    }

    /**
     * Counts as they were stored, perhaps before the last ones were added to {@link Count}.
     *
     * @throws IllegalArgumentException if there are more than are known
     */
    public static LaneCounts stored(long[] values) {
        return new LaneCounts(Arrays.copyOf(values, Math.max(values.length, Count.all().size())));
    }

    /** Each count as it is answered for, asked in order. */
    public static LaneCounts of(ToLongFunction<Count> source) {
        return new LaneCounts(Count.all().stream().mapToLong(source).toArray());
    }

    /** How many. */
    public long of(Count count) {
        return values[count.ordinal()];
    }

    /** A copy, by the order of {@link Count}. */
    @Override
    public long[] values() {
        return values.clone();
    }

    /** The sum, count by count. */
    public LaneCounts plus(LaneCounts other) {
        long[] sum = values.clone();
        Arrays.setAll(sum, i -> sum[i] + other.values[i]);
        return new LaneCounts(sum);
    }

    /** Records in a lane: equals those consumed wherever a whole commit is counted. */
    public long inLanes() {
        return Count.all().stream().filter(count -> count.lane() != null).mapToLong(this::of).sum();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LaneCounts counts && Arrays.equals(values, counts.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("LaneCounts[");
        for (Count count : Count.all()) {
            text.append(count == Count.CONSUMED ? "" : ", ")
                    .append(count.column())
                    .append('=')
                    .append(of(count));
        }
        return text.append(']').toString();
    }
}
