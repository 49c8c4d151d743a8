package io.tallyflow.schemas.measure;

import io.tallyflow.schemas.quantity.Quantity;
import java.math.BigDecimal;
import java.util.Objects;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The arithmetic of usage partials: exact, and the same result in whatever order readings come and
 * partials meet.
 *
 * <p>All quantities are canonical, so equal partials are equal records.
 */
public final class UsagePartials {

    /** The partial of no reading. */
    public static final UsagePartial NONE =
            new UsagePartial(0, null, null, null, null, 0, null, null);

    private UsagePartials() {}

    /**
     * The partial of one reading.
     *
     * @param value null for COUNT and UNIQUE_COUNT, which then have readings and nothing else
     * @param timeMicros event time, microseconds since the epoch, UTC
     */
    public static UsagePartial of(
            @Nullable BigDecimal value, long timeMicros, String source, String id) {
        if (value == null) {
            return new UsagePartial(1, null, null, null, null, 0, null, null);
        }
        BigDecimal canonical = Quantity.canonical(value);
        return new UsagePartial(
                1, canonical, canonical, canonical, canonical, timeMicros, source, id);
    }

    /**
     * Both together. Associative and commutative, with {@link #NONE} as its identity. The sum may
     * reach any size: what a cell may hold is decided by {@link #add}.
     */
    public static UsagePartial merge(UsagePartial a, UsagePartial b) {
        UsagePartial latest = compareLatest(a, b) >= 0 ? a : b;
        return new UsagePartial(
                Math.addExact(a.readings(), b.readings()),
                both(a.sum(), b.sum(), UsagePartials::sum),
                both(a.min(), b.min(), BigDecimal::min),
                both(a.max(), b.max(), BigDecimal::max),
                latest.latest(),
                latest.latestTimeMicros(),
                latest.latestSource(),
                latest.latestId());
    }

    /**
     * A cell's partial with one more reading.
     *
     * @return null if the absolute value of the sum would be {@link Quantity#LIMIT} or more: the
     *     reading is to be ignored as {@code TOTAL_RANGE}, and the partial stays as it was
     */
    public static @Nullable UsagePartial add(
            UsagePartial partial,
            @Nullable BigDecimal value,
            long timeMicros,
            String source,
            String id) {
        return inRange(merge(partial, of(value, timeMicros, source, id)));
    }

    /**
     * A partial with only what a meter can ever show. What a meter means never changes, so nobody
     * can ask for the rest. The sum stays with all numbers, because it decides what is ignored as
     * {@code TOTAL_RANGE}.
     *
     * @param aggregation of the meter; everything is kept if it is not known
     */
    public static UsagePartial keptBy(@Nullable Aggregation aggregation, UsagePartial partial) {
        if (aggregation == null) {
            return partial;
        }
        boolean latest = aggregation.keeps(Shape.LATEST);
        return new UsagePartial(
                partial.readings(),
                partial.sum(),
                aggregation.keeps(Shape.LEAST) ? partial.min() : null,
                aggregation.keeps(Shape.GREATEST) ? partial.max() : null,
                latest ? partial.latest() : null,
                latest ? partial.latestTimeMicros() : 0,
                latest ? partial.latestSource() : null,
                latest ? partial.latestId() : null);
    }

    private static @Nullable UsagePartial inRange(UsagePartial merged) {
        return merged.sum() == null || Quantity.inRange(merged.sum()) ? merged : null;
    }

    private static BigDecimal sum(BigDecimal left, BigDecimal right) {
        return Quantity.canonical(left.add(right));
    }

    private static @Nullable BigDecimal both(
            @Nullable BigDecimal left,
            @Nullable BigDecimal right,
            BinaryOperator<BigDecimal> merge) {
        if (left == null || right == null) {
            return left == null ? right : left;
        }
        return merge.apply(left, right);
    }

    /**
     * Which partial's latest reading is later. A partial without one is earlier than all others.
     * The value decides last: only copies of one reading get that far, and the order in which they
     * meet must not matter either.
     */
    private static int compareLatest(UsagePartial a, UsagePartial b) {
        BigDecimal left = a.latest();
        BigDecimal right = b.latest();
        if (left == null || right == null) {
            return Boolean.compare(left != null, right != null);
        }
        int byTime = Long.compare(a.latestTimeMicros(), b.latestTimeMicros());
        if (byTime != 0) {
            return byTime;
        }
        int bySource = compare(a.latestSource(), b.latestSource());
        if (bySource != 0) {
            return bySource;
        }
        int byId = compare(a.latestId(), b.latestId());
        return byId != 0 ? byId : left.compareTo(right);
    }

    /** A partial with a latest value always names its source and id. */
    private static int compare(@Nullable String left, @Nullable String right) {
        return Utf8Order.compare(
                Objects.requireNonNull(left, "latest without source or id"),
                Objects.requireNonNull(right, "latest without source or id"));
    }
}
