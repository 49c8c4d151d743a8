package io.tallyflow.functions.parse;

import io.tallyflow.functions.paths.Kind;
import io.tallyflow.functions.paths.NameTable;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.PathTrie.Node;
import io.tallyflow.functions.paths.Places;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON as it usually is, in one pass over the bytes: checks all that {@link Utf8} and {@link
 * JsonScanner} check, and notes what stands at the paths of a type. On everything else, be it wrong
 * or only unusual, it gives up without an answer: so it need not tell the two apart.
 *
 * <p>Strings, where most bytes are, are read eight bytes at a time. Each method is given where
 * something begins, and returns where it ends, exclusive, or {@link #GIVE_UP}. Recursion is as deep
 * as values may nest. Confined to one thread, reusable.
 */
final class PlainScanner {

    /** No answer. */
    static final int GIVE_UP = -1;

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

    /** Names in objects that paths do not enter, by level. */
    private final List<PlainNames<Node>> names =
            Stream.generate(PlainNames<Node>::new).limit(JsonScanner.MAX_LEVELS + 1L).toList();

    /** Names in the others, by how paths get there: each type has its own. */
    private final Map<Node, PlainNames<Node>> namesOnPaths = new IdentityHashMap<>();

    private byte[] json = {};
    private int marks;

    /** Where the value lies that places are counted from. */
    private int origin;

    private int[] places = {};
    private boolean placesKnown;

    /** Takes another document. */
    void over(byte[] document) {
        json = document;
    }

    /** Reads a value of any kind; a container is at the given level. */
    int value(int at, int level) {
        return switch (peek(at)) {
            case '"' -> string(at);
            case '{' -> object(at, level, null);
            case '[' -> array(at, level, null);
            default -> numberOrLiteral(at);
        };
    }

    /**
     * Reads a value and notes what stands at paths from it.
     *
     * @see #places
     */
    int value(int at, int level, PathTrie paths) {
        origin = at;
        places = Places.none(paths);
        placesKnown = true;
        return follow(at, level, paths.root());
    }

    /** The places last noted; null if a value there has escapes. */
    int @Nullable [] places() {
        return placesKnown ? places : null;
    }

    private int follow(int at, int level, Node node) {
        int end =
                switch (peek(at)) {
                    case '"' -> string(at);
                    case '{' -> object(at, level, node.entersObjects() ? node : null);
                    case '[' -> array(at, level, node.entersArrays() ? node : null);
                    default -> numberOrLiteral(at);
                };
        if (node.hasSlot() && end != GIVE_UP) {
            note(node.slot(), at, end);
        }
        return end;
    }

    private void note(int slot, int start, int end) {
        switch (json[start]) {
            case '"' -> {
                placesKnown &= (marks & ESCAPED) == 0;
                put(slot, Kind.STRING, start + 1, end - 1);
            }
            case '{' -> put(slot, Kind.OBJECT, start, end);
            case '[' -> put(slot, Kind.ARRAY, start, end);
            case 't', 'f' -> put(slot, Kind.BOOLEAN, start, end);
            case 'n' -> put(slot, Kind.NULL, start, end);
            default -> put(slot, Kind.NUMBER, start, end);
        }
    }

    private void put(int slot, Kind kind, int start, int end) {
        Places.put(places, slot, kind, start - origin, end - origin);
    }

    private int object(int start, int level, @Nullable Node node) {
        if (level > JsonScanner.MAX_LEVELS) {
            return GIVE_UP;
        }
        PlainNames<Node> seen = node == null ? names.get(level) : namesAt(node);
        seen.open();
        int at = skipSpace(start + 1);
        if (peek(at) == '}') {
            return at + 1;
        }
        while (true) {
            int value = seen.next(json, at);
            at = value == GIVE_UP ? name(at, seen, node) : value;
            if (at == GIVE_UP) {
                return GIVE_UP;
            }
            Node child = node == null ? null : seen.meaning();
            at = child == null ? value(at, level + 1) : follow(at, level + 1, child);
            if (at == GIVE_UP) {
                return GIVE_UP;
            }
            at = skipSpace(at);
            if (peek(at) != ',') {
                return peek(at) == '}' ? at + 1 : GIVE_UP;
            }
            at = skipSpace(at + 1);
        }
    }

    private PlainNames<Node> namesAt(Node node) {
        return namesOnPaths.computeIfAbsent(node, key -> new PlainNames<>());
    }

    /** Reads a name and its colon, up to the value. */
    private int name(int start, PlainNames<Node> seen, @Nullable Node node) {
        int end = name(start);
        int value = end == GIVE_UP ? GIVE_UP : colon(end);
        if (value == GIVE_UP) {
            return GIVE_UP;
        }
        long key = NameTable.key(json, start + 1, end - 1);
        Node child = node == null ? null : node.child(json, start + 1, end - 1, key);
        return seen.add(json, start, value, key, child) ? value : GIVE_UP;
    }

    private int array(int start, int level, @Nullable Node node) {
        if (level > JsonScanner.MAX_LEVELS) {
            return GIVE_UP;
        }
        int at = skipSpace(start + 1);
        if (peek(at) == ']') {
            return at + 1;
        }
        for (int index = 0; ; index++) {
            Node child = node == null ? null : node.child(index);
            at = child == null ? value(at, level + 1) : follow(at, level + 1, child);
            if (at == GIVE_UP) {
                return GIVE_UP;
            }
            at = skipSpace(at);
            if (peek(at) != ',') {
                return peek(at) == ']' ? at + 1 : GIVE_UP;
            }
            at = skipSpace(at + 1);
        }
    }

    /** Reads a name without escapes. */
    int name(int at) {
        int end = peek(at) == '"' ? string(at) : GIVE_UP;
        return (marks & ESCAPED) == 0 ? end : GIVE_UP;
    }

    /** Reads a colon with the space around it. */
    int colon(int at) {
        int colon = skipSpace(at);
        return peek(colon) == ':' ? skipSpace(colon + 1) : GIVE_UP;
    }

    /** Reads a string from its opening quote. */
    int string(int start) {
        marks = 0;
        int at = start + 1;
        while (true) {
            at = printableEnd(json, at);
            int c = peek(at);
            if (c == '"') {
                return at + 1;
            }
            at = c == '\\' ? escape(at) : unprintable(at, c);
            if (at == GIVE_UP) {
                return GIVE_UP;
            }
        }
    }

    /** Whether the string last read is printable ASCII without escapes. */
    boolean wasPrintable() {
        return marks == 0;
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

    /** Steps over an escape of one letter; those of four digits can be half a character. */
    private int escape(int at) {
        marks |= ESCAPED;
        return switch (peek(at + 1)) {
            case '"', '\\', '/', 'b', 'f', 'n', 'r', 't' -> at + 2;
            default -> GIVE_UP;
        };
    }

    private int unprintable(int at, int c) {
        marks |= NOT_PRINTABLE;
        if (c == DELETE) {
            return at + 1;
        }
        int length = c < 0 && at < json.length ? Utf8.sequenceLength(json, at) : 0;
        return length == 0 ? GIVE_UP : at + length;
    }

    private int numberOrLiteral(int at) {
        int c = peek(at);
        if (c == '-' || isDigit(c)) {
            return number(at);
        }
        int first = c == 'f' ? at + 1 : at;
        if (first + Integer.BYTES > json.length) {
            return GIVE_UP;
        }
        int word = (int) INTS.get(json, first);
        boolean known = c == 'f' ? word == FALSE_TAIL : word == TRUE || word == NULL;
        return known ? first + Integer.BYTES : GIVE_UP;
    }

    private int number(int start) {
        int at = peek(start) == '-' ? start + 1 : start;
        int whole = at;
        at = digits(at);
        if (at == whole || at > whole + 1 && json[whole] == '0') {
            return GIVE_UP;
        }
        if (peek(at) == '.') {
            int point = at + 1;
            at = digits(point);
            if (at == point) {
                return GIVE_UP;
            }
        }
        if ((peek(at) | 0x20) == 'e') {
            at = exponent(at + 1);
        }
        return at - start > JsonScanner.MAX_NUMBER_LENGTH ? GIVE_UP : at;
    }

    private int exponent(int start) {
        int at = peek(start) == '+' || peek(start) == '-' ? start + 1 : start;
        int end = digits(at);
        return end == at ? GIVE_UP : end;
    }

    private int digits(int start) {
        int at = start;
        while (isDigit(peek(at))) {
            at++;
        }
        return at;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
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
