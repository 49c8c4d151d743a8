package io.tallyflow.schemas.usage;

import io.tallyflow.schemas.meter.Aggregation;
import io.tallyflow.schemas.state.UsagePartial;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** The value that a meter shows for what it knows. */
public final class UsageValue {

    /** Places after the point that an average is rounded to, half away from zero. */
    public static final int AVERAGE_SCALE = 18;

    private UsageValue() {}

    /**
     * The value of a partial.
     *
     * @param distinctValues how many distinct values there are; looked at for UNIQUE_COUNT only
     * @return null if there is none: no number was read
     */
    public static @Nullable BigDecimal of(
            Aggregation aggregation, UsagePartial partial, long distinctValues) {
        return switch (aggregation) {
            case SUM -> partial.sum();
            case COUNT -> BigDecimal.valueOf(partial.readings());
            case UNIQUE_COUNT -> BigDecimal.valueOf(distinctValues);
            case AVG -> average(partial);
            case MIN -> partial.min();
            case MAX -> partial.max();
            case LATEST -> partial.latest();
        };
    }

    private static @Nullable BigDecimal average(UsagePartial partial) {
        BigDecimal sum = partial.sum();
        return sum == null || partial.readings() == 0
                ? null
                : sum.divide(
                        BigDecimal.valueOf(partial.readings()),
                        AVERAGE_SCALE,
                        RoundingMode.HALF_UP);
    }
}
