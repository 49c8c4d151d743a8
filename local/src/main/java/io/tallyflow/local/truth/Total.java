package io.tallyflow.local.truth;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a cell holds.
 *
 * @param readings how many events counted
 * @param value what the meter's aggregation makes of them, exact; null if there is nothing
 */
public record Total(long readings, @Nullable BigDecimal value) {

    /** Nothing counted. */
    public static final Total NONE = new Total(0, null);

    /** Equal as numbers: {@code 1.0} is {@code 1.00}. */
    public boolean sameAs(Total other) {
        return readings == other.readings && same(value, other.value);
    }

    /** Whether both are the same number, or both are nothing. */
    static boolean same(@Nullable BigDecimal left, @Nullable BigDecimal right) {
        return left == null || right == null ? left == right : left.compareTo(right) == 0;
    }

    /** The number in full, for people. */
    static String shown(@Nullable BigDecimal value) {
        return value == null ? "nothing" : value.stripTrailingZeros().toPlainString();
    }

    @Override
    public String toString() {
        return shown(value) + " of " + readings + " readings";
    }
}
