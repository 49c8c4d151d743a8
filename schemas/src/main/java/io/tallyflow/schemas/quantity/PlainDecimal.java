package io.tallyflow.schemas.quantity;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * Reads the decimals that most are: without an exponent, and with at most 18 digits, so that they
 * fit a long. Gives up on all other texts, for {@link DecimalNumber} to read.
 */
final class PlainDecimal {

    private static final int MOST_DIGITS = 18;

    private PlainDecimal() {}

    /** The canonical quantity of ASCII text in {@code [start, end)}; null to give up. */
    static @Nullable QuantityResult read(byte[] text, int start, int end) {
        boolean negative = start < end && text[start] == '-';
        int first = negative ? start + 1 : start;
        if (end - first > MOST_DIGITS + 1) {
            return null;
        }
        long value = 0;
        int point = -1;
        for (int at = first; at < end; at++) {
            int digit = text[at] - '0';
            if (digit >= 0 && digit <= 9) {
                value = value * 10 + digit;
            } else if (text[at] == '.' && point < 0) {
                point = at;
            } else {
                return null;
            }
        }
        int digits = end - first - (point < 0 ? 0 : 1);
        return digits == 0 || digits > MOST_DIGITS
                ? null
                : canonical(negative ? -value : value, point < 0 ? 0 : end - point - 1);
    }

    private static QuantityResult canonical(long value, int scale) {
        if (value == 0) {
            return QuantityResult.ZERO;
        }
        long unscaled = value;
        int places = scale;
        while (places > 0 && unscaled % 10 == 0) {
            unscaled /= 10;
            places--;
        }
        return QuantityResult.of(BigDecimal.valueOf(unscaled, places));
    }
}
