package io.tallyflow.schemas.quantity;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/**
 * The quantities that are metered: decimals of at most {@link #SCALE} places after the point, with
 * an absolute value below {@link #LIMIT}.
 *
 * <p>Every quantity made here is canonical: no trailing zeros, scale 0 or more. So equal quantities
 * are equal as {@link BigDecimal} too, and have equal bytes wherever they are written.
 */
public final class Quantity {

    /** Places after the point. */
    public static final int SCALE = 18;

    /** Digits before the point. */
    public static final int INTEGER_DIGITS = 20;

    /** The first absolute value that is too great: 10^20. */
    public static final BigDecimal LIMIT = BigDecimal.TEN.pow(INTEGER_DIGITS);

    private Quantity() {}

    /**
     * Reads a text as {@link DecimalNumber} does, rounds it to {@link #SCALE} places, half away
     * from zero, and then holds it against {@link #LIMIT}. Numbers too great or too small to matter
     * are told by their digits and exponent alone, so that {@code 1e999999999} costs nothing.
     */
    public static QuantityResult read(String text) {
        DecimalNumber number = DecimalNumber.parse(text);
        if (number == null) {
            return QuantityResult.NUMBER_FORMAT;
        }
        if (number.isZero() || number.magnitude() < -SCALE) {
            return QuantityResult.ZERO;
        }
        if (number.magnitude() > INTEGER_DIGITS) {
            return QuantityResult.NUMBER_RANGE;
        }
        BigDecimal value = rounded(number);
        return inRange(value) ? QuantityResult.of(value) : QuantityResult.NUMBER_RANGE;
    }

    /** The same for text in UTF-8, in {@code [start, end)}; most is read where it lies. */
    public static QuantityResult read(byte[] text, int start, int end) {
        QuantityResult plain = PlainDecimal.read(text, start, end);
        return plain == null
                ? read(new String(text, start, end - start, StandardCharsets.UTF_8))
                : plain;
    }

    /** Whether the absolute value is below {@link #LIMIT}. */
    public static boolean inRange(BigDecimal value) {
        return (long) value.precision() - value.scale() <= INTEGER_DIGITS || value.signum() == 0;
    }

    /** The same value without trailing zeros and with a scale of 0 or more. */
    public static BigDecimal canonical(BigDecimal value) {
        if (value.scale() == 0) {
            return value;
        }
        BigDecimal stripped = value.stripTrailingZeros();
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    /** Magnitude and digits are small here, so that the arithmetic is. */
    private static BigDecimal rounded(DecimalNumber number) {
        int scale = Math.toIntExact(-number.power());
        BigDecimal exact =
                number.fitsLong()
                        ? BigDecimal.valueOf(number.significandAsLong(), scale)
                        : new BigDecimal(number.significand(), scale);
        if (scale > SCALE) {
            return canonical(exact.setScale(SCALE, RoundingMode.HALF_UP));
        }
        return scale < 0 ? exact.setScale(0) : exact;
    }
}
