package io.tallyflow.functions.json;

import io.tallyflow.schemas.event.RejectionReason;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/**
 * Reads what documents are made of, but for objects and arrays, and keeps what was found wrong.
 * Strings, where most bytes are, are read eight bytes at a time. Each method is given where
 * something begins, and returns where it ends, exclusive, or {@link JsonReader#GIVE_UP}.
 */
final class JsonTokens {

    private static final int GIVE_UP = JsonReader.GIVE_UP;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101_0101_0101_0101L;
    private static final long HIGHS = 0x8080_8080_8080_8080L;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long SPACES = ' ' * ONES;
    private static final int DELETE = 0x7F;

    private static final int TRUE = 't' | 'r' << 8 | 'u' << 16 | 'e' << 24;
    private static final int FALSE_TAIL = 'a' | 'l' << 8 | 's' << 16 | 'e' << 24;
    private static final int NULL = 'n' | 'u' << 8 | 'l' << 16 | 'l' << 24;

    /** The string last read has characters that not every text may hold, or more than a byte. */
    private static final int NOT_PRINTABLE = 1;

    /** It has escapes. */
    private static final int ESCAPED = 2;

    /** Bytes of an escape of four digits. */
    private static final int UNICODE_ESCAPE = 6;

    private byte[] json = {};
    private int marks;

    private @Nullable JsonProblem problem;

    void over(byte[] document) {
        json = document;
        problem = null;
    }

    /** Whether the string last read is printable ASCII without escapes. */
    boolean wasPrintable() {
        return marks == 0;
    }

    /** Whether the string last read has escapes. */
    boolean wasEscaped() {
        return (marks & ESCAPED) != 0;
    }

    /** What is wrong; null if nothing was found to be. */
    @Nullable JsonProblem problem() {
        return problem;
    }

    /** Gives up because the document is no JSON. */
    int notJson(int where, String what) {
        problem = JsonProblem.notJson(where, what);
        return GIVE_UP;
    }

    /** Gives up. */
    int wrong(RejectionReason reason, String detail) {
        problem = new JsonProblem(reason, detail);
        return GIVE_UP;
    }

    private int badText(int where, String what) {
        return wrong(RejectionReason.TEXT, "A string holds " + what + " at byte " + where + ".");
    }

    /** Reads a string from its opening quote. */
    int string(int start) {
        marks = 0;
        int at = printableEnd(json, start + 1);
        return peek(at) == '"' ? at + 1 : unusual(at);
    }

    /** Reads on where a string is no longer printable; apart, so that the usual stays small. */
    private int unusual(int start) {
        int at = start;
        while (at != GIVE_UP) {
            int c = peek(at);
            if (c == '"') {
                return at + 1;
            }
            at = c == '\\' ? escape(at) : unprintable(at, c);
            at = at == GIVE_UP ? at : printableEnd(json, at);
        }
        return GIVE_UP;
    }

    /** Where the printable ASCII ends that stands for itself in a string. */
    static int printableEnd(byte[] bytes, int start) {
        int at = start;
        for (; at <= bytes.length - Long.BYTES; at += Long.BYTES) {
            long stops = stops((long) LONGS.get(bytes, at));
            if (stops != 0) {
                return at + (Long.numberOfTrailingZeros(stops) >>> 3);
            }
        }
        while (at < bytes.length && isPrintable(bytes[at])) {
            at++;
        }
        return at;
    }

    /**
     * High bits of the bytes that need a look. Above the first of them there may be others that
     * need none: a borrow or carry goes upwards only.
     */
    private static long stops(long word) {
        long quotes = word ^ QUOTES;
        long backslashes = word ^ BACKSLASHES;
        long low = (quotes - ONES & ~quotes) | (backslashes - ONES & ~backslashes);
        return (low | (word - SPACES & ~word) | word | word + ONES) & HIGHS;
    }

    private static boolean isPrintable(byte b) {
        return b >= ' ' && b != '"' && b != '\\' && b != DELETE;
    }

    private int escape(int at) {
        marks |= ESCAPED;
        return switch (peek(at + 1)) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 2;
            case 'u' -> unicodeEscape(at);
            default -> notJson(at + 1, "an unknown escape");
        };
    }

    private int unicodeEscape(int at) {
        int unit = JsonText.unit(json, at + 2);
        if (unit < 0) {
            return notJson(at + 1, "an escape without four hexadecimal digits");
        }
        if (unit == 0) {
            return badText(at, "U+0000");
        }
        return Character.isSurrogate((char) unit)
                ? surrogate(at, (char) unit)
                : at + UNICODE_ESCAPE;
    }

    private int surrogate(int at, char first) {
        int next = at + UNICODE_ESCAPE;
        if (Character.isHighSurrogate(first) && peek(next) == '\\' && peek(next + 1) == 'u') {
            int second = JsonText.unit(json, next + 2);
            if (second < 0) {
                return notJson(next + 1, "an escape without four hexadecimal digits");
            }
            if (Character.isLowSurrogate((char) second)) {
                return next + UNICODE_ESCAPE;
            }
        }
        return badText(at, "a lone surrogate");
    }

    private int unprintable(int at, int c) {
        marks |= NOT_PRINTABLE;
        if (at >= json.length) {
            return notJson(at, "a string does not end");
        }
        if (c >= 0 && c != DELETE) {
            return c == 0 ? badText(at, "U+0000") : notJson(at, "a control character in a string");
        }
        int length = Utf8.sequenceLength(json, at);
        return length == 0 ? notJson(at, "it is not UTF-8") : at + length;
    }

    int numberOrLiteral(int at) {
        int c = peek(at);
        if (c == '-' || isDigit(c)) {
            return number(at);
        }
        int first = c == 'f' ? at + 1 : at;
        if (first + Integer.BYTES <= json.length) {
            int word = (int) INTS.get(json, first);
            if (c == 'f' ? word == FALSE_TAIL : word == TRUE || word == NULL) {
                return first + Integer.BYTES;
            }
        }
        return notJson(at, "a value is missing");
    }

    private int number(int start) {
        int whole = peek(start) == '-' ? start + 1 : start;
        // What comes after a zero is no longer of the number.
        int at = peek(whole) == '0' ? whole + 1 : digits(whole);
        if (at != GIVE_UP && peek(at) == '.') {
            at = digits(at + 1);
        }
        if (at != GIVE_UP && (peek(at) | 0x20) == 'e') {
            at = digits(peek(at + 1) == '+' || peek(at + 1) == '-' ? at + 2 : at + 1);
        }
        return at - start > JsonReader.MAX_NUMBER_LENGTH ? tooLong(start) : at;
    }

    private int tooLong(int start) {
        return wrong(
                RejectionReason.LIMIT,
                "The number at byte "
                        + start
                        + " is longer than "
                        + JsonReader.MAX_NUMBER_LENGTH
                        + " characters.");
    }

    private int digits(int start) {
        int at = start;
        while (isDigit(peek(at))) {
            at++;
        }
        return at == start ? notJson(at, "a digit is missing") : at;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    /** Reads a colon with the space around it. */
    int colon(int at) {
        int colon = skipSpace(at);
        return peek(colon) == ':' ? skipSpace(colon + 1) : notJson(colon, "a colon is missing");
    }

    /** Reads the comma before another element, up to that. */
    int comma(int at, String otherwise) {
        return peek(at) == ',' ? skipSpace(at + 1) : notJson(at, otherwise);
    }

    /** Skips white space. */
    int skipSpace(int start) {
        int at = start;
        while (at < json.length && json[at] <= ' ' && isSpace(json[at])) {
            at++;
        }
        return at;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    /** The byte at hand, signed; 0, which stands for nothing in JSON, at the end. */
    int peek(int at) {
        return at < json.length ? json[at] : 0;
    }
}
