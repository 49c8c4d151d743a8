package io.tallyflow.functions.json;

import io.tallyflow.functions.paths.NameTable;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.PathTrie.Node;
import io.tallyflow.functions.paths.Places;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON as it usually is in one pass over the bytes: checks all that {@link ExactReader}
 * checks, and notes what stands at the paths of a type. It knows names by their bytes alone, so it
 * gives up where they have escapes, are very many in one object, or seem to be repeated, as it does
 * on what is wrong; and it says nothing then, so it need not tell the two apart.
 *
 * <p>Each method is given where something begins, and returns where it ends, exclusive, or {@link
 * #GIVE_UP}. Recursion is as deep as values may nest. Confined to one thread, reusable.
 */
public final class JsonReader {

    /** No answer. */
    public static final int GIVE_UP = -1;

    /** Characters of the longest number. */
    public static final int MAX_NUMBER_LENGTH = 64;

    /** The deepest level that a container can have. */
    public static final int MAX_LEVELS = 33;

    private final JsonTokens tokens = new JsonTokens();
    private final NotedPlaces noted = new NotedPlaces();

    /** Names in objects that paths do not enter, by level. */
    private final List<PlainNames<Node>> names =
            Stream.generate(PlainNames<Node>::new).limit(MAX_LEVELS + 1L).toList();

    /** Names in the others, by how paths get there: each type has its own. */
    private final Map<Node, PlainNames<Node>> namesOnPaths = new IdentityHashMap<>();

    private byte[] json = {};

    /** Takes another document. */
    public void over(byte[] document) {
        json = document;
        tokens.over(document);
    }

    /** Reads a value of any kind; a container is at the given level, the outermost being 1. */
    public int value(int at, int level) {
        return switch (peek(at)) {
            case '"' -> tokens.string(at);
            case '{' -> object(at, level, null);
            case '[' -> array(at, level, null);
            default -> tokens.numberOrLiteral(at);
        };
    }

    /**
     * Reads a value and notes what stands at paths from it.
     *
     * @see #places
     */
    public int value(int at, int level, PathTrie paths) {
        return value(at, level, paths, at);
    }

    /** The same, by the distance of values from an origin. */
    int value(int at, int level, PathTrie paths, int origin) {
        noted.begin(paths, origin);
        return follow(at, level, paths.root());
    }

    /** The places last noted, see {@link Places}. */
    public int[] places() {
        return noted.places();
    }

    private int follow(int at, int level, Node node) {
        int end =
                switch (peek(at)) {
                    case '"' -> tokens.string(at);
                    case '{' -> object(at, level, node.entersObjects() ? node : null);
                    case '[' -> array(at, level, node.entersArrays() ? node : null);
                    default -> tokens.numberOrLiteral(at);
                };
        if (node.hasSlot() && end != GIVE_UP) {
            noted.note(node.slot(), json, at, end, tokens.wasEscaped());
        }
        return end;
    }

    private int object(int start, int level, @Nullable Node node) {
        if (level > MAX_LEVELS) {
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
        int end = plainName(start);
        int value = end == GIVE_UP ? GIVE_UP : colon(end);
        if (value == GIVE_UP) {
            return GIVE_UP;
        }
        long key = NameTable.key(json, start + 1, end - 1);
        Node child = node == null ? null : node.child(json, start + 1, end - 1, key);
        return seen.add(json, start, value, key, child) ? value : GIVE_UP;
    }

    private int array(int start, int level, @Nullable Node node) {
        if (level > MAX_LEVELS) {
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
    public int plainName(int at) {
        int end = peek(at) == '"' ? tokens.string(at) : GIVE_UP;
        return tokens.wasEscaped() ? GIVE_UP : end;
    }

    /** Whether the string last read is printable ASCII without escapes. */
    public boolean wasPrintable() {
        return tokens.wasPrintable();
    }

    /** Whether all of some bytes is printable ASCII that stands for itself in a string. */
    public static boolean isPrintable(byte[] bytes) {
        return JsonTokens.printableEnd(bytes, 0) == bytes.length;
    }

    /** Reads a colon with the space around it. */
    public int colon(int at) {
        return tokens.colon(at);
    }

    /** Skips white space. */
    public int skipSpace(int start) {
        return tokens.skipSpace(start);
    }

    /** The byte at hand, signed; 0, which stands for nothing in JSON, at the end. */
    public int peek(int at) {
        return tokens.peek(at);
    }
}
