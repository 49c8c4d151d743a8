package io.tallyflow.schemas.meter;

import io.tallyflow.schemas.quantity.DecimalNumber;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * How a JSON value becomes the text of a group or of a distinct value: strings as they are, numbers
 * as plain decimal text without trailing zeros, booleans as {@code true} and {@code false}.
 *
 * <p>A text of more than {@link #MAX_BYTES} bytes of UTF-8 is kept as {@code sha256:} and the 64
 * lower-case hex digits of its SHA-256. A number whose plain text would have more than {@link
 * #MAX_PLAIN_CHARS} characters is hashed in its {@linkplain DecimalNumber#scientificText()
 * scientific text} instead, because a few characters of exponent could ask for gigabytes; a hash of
 * that kind meets no other, since only texts longer than {@link #MAX_BYTES} are hashed otherwise.
 */
public final class ValueText {

    /** Bytes of UTF-8 up to which a text is kept as it is. */
    public static final int MAX_BYTES = 256;

    /** Characters up to which a number is written out to be hashed. */
    public static final int MAX_PLAIN_CHARS = 4096;

    private static final String HASHED = "sha256:";

    private ValueText() {}

    /** The text of a JSON string, or of a boolean as it is written. */
    public static String ofString(String text) {
        return fits(text) ? text : hashed(text);
    }

    /**
     * The text of a JSON number, given as it was written.
     *
     * @throws IllegalArgumentException if it is not a number of at most {@link
     *     DecimalNumber#MAX_CHARS} characters
     */
    public static String ofNumber(String written) {
        DecimalNumber number = DecimalNumber.parse(written);
        if (number == null) {
            throw new IllegalArgumentException("not a number: " + written);
        }
        return number.plainLength() > MAX_PLAIN_CHARS
                ? hashed(number.scientificText())
                : ofString(number.plainText());
    }

    private static boolean fits(String text) {
        // A char of UTF-16 takes one to three bytes of UTF-8.
        if (text.length() > MAX_BYTES || text.length() * 3 <= MAX_BYTES) {
            return text.length() <= MAX_BYTES;
        }
        return text.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES;
    }

    private static String hashed(String text) {
        byte[] hash = sha256().digest(text.getBytes(StandardCharsets.UTF_8));
        return HASHED + HexFormat.of().formatHex(hash);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
