package io.tallyflow.local.truth;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A JSON value as it is sent, and what meters must make of it. The rules are those of the contract,
 * written a second time.
 *
 * @param json as sent; null if nothing stands there
 * @param text as a group or a distinct value
 * @param number as a quantity, rounded; null if it is none
 * @param noNumber why there is no quantity; null if there is one
 * @param noText why there is no distinct value; null if there is one
 */
record Written(
        @Nullable String json,
        String text,
        @Nullable BigDecimal number,
        @Nullable String noNumber,
        @Nullable String noText) {

    static final Written MISSING = nothing(null, "MISSING");
    static final Written NULL = nothing("null", "NULL");

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?");
    private static final int LONGEST_NUMBER = 64;
    private static final int LONGEST_TEXT = 256;
    private static final int SCALE = 18;
    private static final int INTEGER_DIGITS = 20;
    private static final BigDecimal LIMIT = BigDecimal.TEN.pow(INTEGER_DIGITS);

    static Written object(String json) {
        return nothing(json, "OBJECT");
    }

    static Written array(String json) {
        return nothing(json, "ARRAY");
    }

    static Written bool(boolean value) {
        String text = Boolean.toString(value);
        return new Written(text, text, null, "BOOLEAN", null);
    }

    /** A string that may be a number. */
    static Written string(String value) {
        return string(value, WrittenJson.quote(value));
    }

    /**
     * A string that may be a number.
     *
     * @param json the same, as it is sent
     */
    static Written string(String value, String json) {
        boolean numeric = value.length() <= LONGEST_NUMBER && NUMBER.matcher(value).matches();
        return numeric ? quantity(json, value, value) : word(json, value);
    }

    /** A JSON number. */
    static Written number(String json) {
        return quantity(json, plain(new BigDecimal(json)), json);
    }

    /** A string that is known to be a number. */
    static Written quoted(String number) {
        return quantity('"' + number + '"', number, number);
    }

    /** A number of the right form that no computer should write out. */
    static Written immense(String json) {
        return new Written(json, "", null, "NUMBER_RANGE", null);
    }

    private static Written nothing(@Nullable String json, String reason) {
        return new Written(json, "", null, reason, reason);
    }

    private static Written word(String json, String value) {
        return new Written(json, kept(value), null, "NUMBER_FORMAT", null);
    }

    private static Written quantity(String json, String text, String number) {
        BigDecimal rounded = rounded(new BigDecimal(number));
        return new Written(
                json, kept(text), rounded, rounded == null ? "NUMBER_RANGE" : null, null);
    }

    /** Null if it is too great; decided from its digits before any arithmetic. */
    private static @Nullable BigDecimal rounded(BigDecimal number) {
        long magnitude = (long) number.precision() - number.scale();
        if (number.signum() == 0 || magnitude < -SCALE) {
            return BigDecimal.ZERO;
        }
        if (magnitude > INTEGER_DIGITS) {
            return null;
        }
        BigDecimal rounded =
                number.scale() > SCALE ? number.setScale(SCALE, RoundingMode.HALF_UP) : number;
        return rounded.abs().compareTo(LIMIT) < 0 ? rounded : null;
    }

    private static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }

    private static String kept(String text) {
        if (text.length() * 3 <= LONGEST_TEXT) {
            return text;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= LONGEST_TEXT
                ? text
                : "sha256:" + HexFormat.of().formatHex(sha256(bytes));
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
