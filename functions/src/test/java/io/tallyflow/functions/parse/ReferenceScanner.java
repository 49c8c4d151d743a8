package io.tallyflow.functions.parse;

import io.tallyflow.functions.json.ExactReader;
import io.tallyflow.functions.json.JsonText;
import io.tallyflow.schemas.event.RejectionReason;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Says about a document what {@link JsonScanner} must say, written another way: step by step, byte
 * by byte, without recursion, and with the names of an object in a set.
 */
final class ReferenceScanner {

    /** Characters of the longest number. */
    static final int MAX_NUMBER_LENGTH = 64;

    /** Levels a scanner can be asked to allow. */
    static final int MAX_LEVELS = 33;

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NULL = "null".getBytes(StandardCharsets.US_ASCII);
    private final List<Set<String>> names =
            Stream.generate(HashSet<String>::new)
                    .limit(MAX_LEVELS + 1L)
                    .collect(Collectors.toList());

    private byte[] json = {};
    private ExactReader.Members members = (nameStart, nameEnd, valueStart, valueEnd) -> {};
    private int maxLevels;
    private int at;

    /** Containers that are open. */
    private int level;

    /** Bit n tells whether the container at level n is an array. */
    private long arrays;

    /** Whether the innermost container was just opened. */
    private boolean fresh;

    private int nameStart;
    private int nameEnd;
    private int valueStart;
    private int rootStart;
    private int rootEnd;

    /**
     * Reads one document.
     *
     * @param levels how deep values may nest, the root being level 1; at most {@link #MAX_LEVELS}
     */
    void scan(byte[] document, int levels, ExactReader.Members listener) throws Rejection {
        json = document;
        members = listener;
        maxLevels = Math.min(levels, MAX_LEVELS);
        at = 0;
        while (level > 0) {
            names.get(level--).clear(); // the document before may have ended in the middle
        }
        skipSpace();
        rootStart = at;
        value();
        while (level > 0) {
            element();
        }
        rootEnd = at;
        skipSpace();
        if (at < json.length) {
            throw notJson("the document ends before");
        }
    }

    /** Where the root value of the document last read begins. */
    int rootStart() {
        return rootStart;
    }

    /** Where it ends, exclusive. */
    int rootEnd() {
        return rootEnd;
    }

    /** One step inside the innermost container: an element, a member, or its end. */
    private void element() throws Rejection {
        boolean array = inArray();
        skipSpace();
        if (peek() == (array ? ']' : '}')) {
            close();
            return;
        }
        if (!fresh) {
            expect(',', array ? "a comma or ] is missing" : "a comma or } is missing");
            skipSpace();
        }
        fresh = false;
        if (!array) {
            name();
        }
        if (level == 1) {
            valueStart = at;
        }
        value();
    }

    private void name() throws Rejection {
        if (peek() != '"') {
            throw notJson("a name in quotes is missing");
        }
        int start = at + 1;
        string();
        int end = at - 1;
        if (!names.get(level).add(JsonText.decode(json, start, end))) {
            throw new Rejection(
                    RejectionReason.DUPLICATE_KEY,
                    "A JSON object names a key for the second time at byte " + start + ".");
        }
        if (level == 1) {
            nameStart = start;
            nameEnd = end;
        }
        skipSpace();
        expect(':', "a colon is missing");
        skipSpace();
    }

    private void value() throws Rejection {
        switch (peek()) {
            case '{' -> open(false);
            case '[' -> open(true);
            case '"' -> scalarEnded(string());
            case 't' -> scalarEnded(literal(TRUE));
            case 'f' -> scalarEnded(literal(FALSE));
            case 'n' -> scalarEnded(literal(NULL));
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> scalarEnded(number());
            default -> throw notJson("a value is missing");
        }
    }

    private void open(boolean array) throws Rejection {
        if (level == maxLevels) {
            throw new Rejection(
                    RejectionReason.LIMIT,
                    "Values nest deeper than " + UsageEventParser.MAX_LEVELS + " levels.");
        }
        at++;
        level++;
        fresh = true;
        if (array) {
            arrays |= 1L << level;
        } else {
            arrays &= ~(1L << level);
        }
    }

    private void close() {
        at++;
        names.get(level--).clear();
        fresh = false;
        valueEnded();
    }

    private void scalarEnded(int end) {
        at = end;
        valueEnded();
    }

    private void valueEnded() {
        if (level == 1 && !inArray()) {
            members.member(nameStart, nameEnd, valueStart, at);
        }
    }

    private boolean inArray() {
        return (arrays >>> level & 1) != 0;
    }

    /** Reads a string from its opening quote; returns where it ends, exclusive. */
    private int string() throws Rejection {
        at++;
        while (true) {
            skipPlain();
            switch (peek()) {
                case '"' -> {
                    return ++at;
                }
                case '\\' -> escape();
                case 0 -> throw badText("U+0000", at);
                case -1 -> throw notJson("a string does not end");
                default -> throw notJson("a control character in a string");
            }
        }
    }

    /** Skips what stands for itself in a string. */
    private void skipPlain() {
        byte[] bytes = json;
        int i = at;
        while (i < bytes.length && isPlain(bytes[i])) {
            i++;
        }
        at = i;
    }

    private static boolean isPlain(byte b) {
        return b != '"' && b != '\\' && (b >= ' ' || b < 0);
    }

    private void escape() throws Rejection {
        int start = at;
        at++;
        switch (peek()) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at++;
            case 'u' -> unicodeEscape(start);
            default -> throw notJson("an unknown escape");
        }
    }

    private void unicodeEscape(int start) throws Rejection {
        char unit = unit();
        if (unit == 0) {
            throw badText("U+0000", start);
        }
        if (Character.isSurrogate(unit)
                && !(Character.isHighSurrogate(unit) && isLowSurrogateNext())) {
            throw badText("a lone surrogate", start);
        }
    }

    private boolean isLowSurrogateNext() throws Rejection {
        if (at + 1 >= json.length || json[at] != '\\' || json[at + 1] != 'u') {
            return false;
        }
        at++;
        return Character.isLowSurrogate(unit());
    }

    /** Reads {@code uXXXX}. */
    private char unit() throws Rejection {
        int unit = fourDigits(at + 1);
        if (unit < 0) {
            throw notJson("an escape without four hexadecimal digits");
        }
        at += 5;
        return (char) unit;
    }

    private int fourDigits(int start) {
        int unit = 0;
        for (int i = start; i < start + 4; i++) {
            int digit = i < json.length && json[i] > 0 ? Character.digit(json[i], 16) : -1;
            if (digit < 0) {
                return -1;
            }
            unit = 16 * unit + digit;
        }
        return unit;
    }

    private int number() throws Rejection {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        if (peek() == '0') {
            at++;
        } else {
            digits();
        }
        if (peek() == '.') {
            at++;
            digits();
        }
        if (peek() == 'e' || peek() == 'E') {
            at++;
            if (peek() == '+' || peek() == '-') {
                at++;
            }
            digits();
        }
        if (at - start > MAX_NUMBER_LENGTH) {
            throw new Rejection(
                    RejectionReason.LIMIT,
                    "The number at byte "
                            + start
                            + " is longer than "
                            + MAX_NUMBER_LENGTH
                            + " characters.");
        }
        return at;
    }

    private void digits() throws Rejection {
        int start = at;
        while (at < json.length && json[at] >= '0' && json[at] <= '9') {
            at++;
        }
        if (at == start) {
            throw notJson("a digit is missing");
        }
    }

    private int literal(byte[] word) throws Rejection {
        for (int i = 0; i < word.length; i++) {
            if (at + i >= json.length || json[at + i] != word[i]) {
                throw notJson("a value is missing");
            }
        }
        return at + word.length;
    }

    private void skipSpace() {
        while (at < json.length && isSpace(json[at])) {
            at++;
        }
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private void expect(char c, String otherwise) throws Rejection {
        if (peek() != c) {
            throw notJson(otherwise);
        }
        at++;
    }

    /** The byte at hand, 0 to 255; -1 at the end. */
    private int peek() {
        return at < json.length ? json[at] & 0xFF : -1;
    }

    private Rejection notJson(String problem) {
        return new Rejection(
                RejectionReason.JSON,
                "The value is not a JSON document at byte " + at + ": " + problem + ".");
    }

    private static Rejection badText(String what, int where) {
        return new Rejection(
                RejectionReason.TEXT, "A string holds " + what + " at byte " + where + ".");
    }
}
