package io.tallyflow.schemas.quantity;

import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * A decimal number as somebody wrote it: exact, and never expanded unless asked to. Whatever the
 * exponent, reading one costs a single pass over at most {@link #MAX_CHARS} characters.
 *
 * <p>The value is {@code significand * 10^power}, where the significand has neither leading nor
 * trailing zeros; zero has no significant digits. Its sign is not kept.
 */
public final class DecimalNumber {

    /** A number has at most this many characters. */
    public static final int MAX_CHARS = 64;

    /** Exponents from here on are not told apart, except by {@link #scientificText}. */
    private static final long SATURATED = 1_000_000_000_000L;

    private static final int LONG_DIGITS = 18;

    private final String text;
    private final boolean negative;
    private final int first;
    private final int digits;
    private final int shift;
    private final long exponent;
    private final int exponentAt;

    private DecimalNumber(Scan scan) {
        this.text = scan.text;
        this.negative = scan.negative && scan.first >= 0;
        this.first = scan.first;
        this.digits = scan.digits;
        this.shift = scan.integerDigits - scan.lastPosition;
        this.exponent = scan.exponent;
        this.exponentAt = scan.exponentAt;
    }

    /**
     * Reads a text that is entirely {@code [+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?} and
     * at most {@link #MAX_CHARS} characters long.
     *
     * @return null for any other text
     */
    public static @Nullable DecimalNumber parse(String text) {
        if (text.isEmpty() || text.length() > MAX_CHARS) {
            return null;
        }
        Scan scan = new Scan(text);
        return scan.accepted() ? new DecimalNumber(scan) : null;
    }

    public boolean isZero() {
        return digits == 0;
    }

    /** Significant digits; 0 for zero. */
    public int digits() {
        return digits;
    }

    /**
     * Power of ten of the last significant digit. Right up to 10^12 in either direction, and beyond
     * that at least 10^12 with the right sign.
     */
    public long power() {
        return isZero() ? 0 : exponent + shift;
    }

    /**
     * Digits before the point if positive; otherwise minus the zeros between the point and the
     * first significant digit. The absolute value is at least {@code 10^(magnitude-1)} and below
     * {@code 10^magnitude}.
     */
    public long magnitude() {
        return power() + digits;
    }

    /** Whether {@link #significandAsLong} can hold the significant digits. */
    boolean fitsLong() {
        return digits <= LONG_DIGITS;
    }

    /** The signed significand; only where {@link #fitsLong}. */
    long significandAsLong() {
        long value = 0;
        int taken = 0;
        for (int at = first; taken < digits; at++) {
            char c = text.charAt(at);
            if (c != '.') {
                value = value * 10 + (c - '0');
                taken++;
            }
        }
        return negative ? -value : value;
    }

    /** The signed significand. */
    BigInteger significand() {
        StringBuilder out = new StringBuilder(digits + 1);
        appendSign(out);
        appendDigits(out, 0, digits);
        return isZero() ? BigInteger.ZERO : new BigInteger(out.toString());
    }

    /** Characters of {@link #plainText}, without making it. */
    public long plainLength() {
        if (isZero()) {
            return 1;
        }
        long sign = negative ? 1 : 0;
        if (power() >= 0) {
            return sign + magnitude();
        }
        return sign + (magnitude() > 0 ? digits + 1L : 2L - power());
    }

    /**
     * The number without exponent, leading or trailing zeros: {@code 1e2} and {@code 100.0} are
     * {@code 100}, {@code -0} is {@code 0}, {@code .50} is {@code 0.5}. Ask {@link #plainLength}
     * first: the exponent alone decides how long this gets.
     */
    public String plainText() {
        if (isZero()) {
            return "0";
        }
        StringBuilder out = new StringBuilder(Math.toIntExact(plainLength()));
        appendSign(out);
        if (power() >= 0) {
            appendDigits(out, 0, digits);
            appendZeros(out, power());
        } else if (magnitude() > 0) {
            int whole = Math.toIntExact(magnitude());
            appendDigits(out, 0, whole);
            out.append('.');
            appendDigits(out, whole, digits);
        } else {
            out.append("0.");
            appendZeros(out, -magnitude());
            appendDigits(out, 0, digits);
        }
        return out.toString();
    }

    /**
     * {@code <significant digits>e<power>}, exact for every exponent and short for every number:
     * {@code 1.50e7} is {@code 15e6}. Equal numbers have equal texts.
     */
    public String scientificText() {
        if (isZero()) {
            return "0e0";
        }
        StringBuilder out = new StringBuilder(2 * MAX_CHARS);
        appendSign(out);
        appendDigits(out, 0, digits);
        return out.append('e').append(exactPower()).toString();
    }

    private BigInteger exactPower() {
        if (exponentAt < 0) {
            return BigInteger.valueOf(power());
        }
        return new BigInteger(text.substring(exponentAt)).add(BigInteger.valueOf(shift));
    }

    private void appendSign(StringBuilder out) {
        if (negative) {
            out.append('-');
        }
    }

    /** Appends significant digits from the given one up to, not including, the other. */
    private void appendDigits(StringBuilder out, int from, int to) {
        int position = 0;
        for (int at = first; position < to; at++) {
            char c = text.charAt(at);
            if (c != '.') {
                if (position >= from) {
                    out.append(c);
                }
                position++;
            }
        }
    }

    private static void appendZeros(StringBuilder out, long count) {
        for (long i = 0; i < count; i++) {
            out.append('0');
        }
    }

    /** The single pass. Positions of digits count from 1 and skip the point. */
    private static final class Scan {

        private final String text;
        private int at;
        private boolean negative;

        /** Index of the first digit that is not 0; -1 if there is none. */
        private int first = -1;

        private int firstPosition;
        private int lastPosition;
        private int integerDigits;
        private int digits;
        private int exponentAt = -1;
        private long exponent;

        private Scan(String text) {
            this.text = text;
        }

        private boolean accepted() {
            negative = sign();
            return mantissa() && exponent() && at == text.length();
        }

        /** Steps over a sign; true for minus. */
        private boolean sign() {
            if (at < text.length() && (text.charAt(at) == '-' || text.charAt(at) == '+')) {
                return text.charAt(at++) == '-';
            }
            return false;
        }

        private boolean mantissa() {
            integerDigits = digitsFrom(0);
            int position = integerDigits;
            if (at < text.length() && text.charAt(at) == '.') {
                at++;
                position = digitsFrom(position);
            }
            digits = first < 0 ? 0 : lastPosition - firstPosition + 1;
            return position > 0;
        }

        /** Steps over digits and returns the position of the last one. */
        private int digitsFrom(int start) {
            int position = start;
            for (; at < text.length() && isDigit(text.charAt(at)); at++) {
                position++;
                if (text.charAt(at) != '0') {
                    significant(position);
                }
            }
            return position;
        }

        private void significant(int position) {
            if (first < 0) {
                first = at;
                firstPosition = position;
            }
            lastPosition = position;
        }

        /** No exponent is fine; one without digits is not. */
        private boolean exponent() {
            if (at == text.length()) {
                return true;
            }
            if (text.charAt(at) != 'e' && text.charAt(at) != 'E') {
                return false;
            }
            at++;
            exponentAt = at;
            boolean minus = sign();
            int start = at;
            long value = 0;
            for (; at < text.length() && isDigit(text.charAt(at)); at++) {
                value = Math.min(value * 10 + (text.charAt(at) - '0'), 2 * SATURATED);
            }
            exponent = minus ? -value : value;
            return at > start;
        }

        /** Not {@link Character#isDigit}: digits of other scripts are no digits here. */
        private static boolean isDigit(char c) {
            return c >= '0' && c <= '9';
        }
    }
}
