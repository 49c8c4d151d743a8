package io.tallyflow.functions.json;

import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.PathTrie.Node;
import io.tallyflow.schemas.event.RejectionReason;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads JSON (RFC 8259) within the limits of usage events in one pass over the bytes, says what is
 * wrong with it, and notes what stands at the paths of a type.
 *
 * <p>What is checked beyond the grammar, first violation in document order: a number has at most
 * {@link JsonReader#MAX_NUMBER_LENGTH} characters, values nest no deeper than {@link
 * JsonReader#MAX_LEVELS}, no object names a key twice (by the text of the key, so that a letter
 * equals its escape), strings are UTF-8, and none holds U+0000 or a lone surrogate.
 *
 * <p>The time is linear in the length but for a logarithm spent on objects with many names. It is a
 * class apart from {@link JsonReader} for the sake of that one: in a process that needs both,
 * compiled into one they would make it slower. Confined to one thread, reusable.
 */
public final class ExactReader {

    private static final int GIVE_UP = JsonReader.GIVE_UP;

    /** Is told of each member of an object, in document order. */
    @FunctionalInterface
    public interface Members {

        /** Name without its quotes; value with them, and without white space around it. */
        void member(int nameStart, int nameEnd, int valueStart, int valueEnd);
    }

    private final JsonTokens tokens = new JsonTokens();
    private final NotedPlaces noted = new NotedPlaces();

    /** The names in an object, by its level. */
    private final List<NameSet> names =
            Stream.generate(NameSet::new).limit(JsonReader.MAX_LEVELS + 1L).toList();

    private byte[] json = {};

    /** Takes another document. */
    public void over(byte[] document) {
        json = document;
        tokens.over(document);
        names.forEach(NameSet::clear); // what one document brought is not kept beyond the next
    }

    /** What is wrong with the document; null if nothing was found to be. */
    public @Nullable JsonProblem problem() {
        return tokens.problem();
    }

    /**
     * Reads a value, and tells the members if it is an object.
     *
     * @param level of the value if it is a container, the outermost being 1
     */
    public int value(int at, int level, Members members) {
        return peek(at) == '{' ? object(at, level, null, members) : value(at, level, (Node) null);
    }

    /** Reads a value and notes what stands at paths from it, by its distance from an origin. */
    int value(int at, int level, PathTrie paths, int origin) {
        noted.begin(paths, origin);
        return value(at, level, paths.root());
    }

    /** The places last noted. */
    int[] places() {
        return noted.places();
    }

    private int value(int at, int level, @Nullable Node node) {
        int end =
                switch (peek(at)) {
                    case '"' -> tokens.string(at);
                    case '{' -> object(at, level, node, null);
                    case '[' -> array(at, level, node);
                    default -> tokens.numberOrLiteral(at);
                };
        if (node != null && node.hasSlot() && end != GIVE_UP) {
            noted.note(node.slot(), json, at, end, tokens.wasEscaped());
        }
        return end;
    }

    private int object(int start, int level, @Nullable Node node, @Nullable Members members) {
        if (level > JsonReader.MAX_LEVELS) {
            return tooDeep();
        }
        NameSet seen = names.get(level);
        seen.clear();
        int at = skipSpace(start + 1);
        if (peek(at) == '}') {
            return at + 1;
        }
        while (at != GIVE_UP) {
            int name = at + 1;
            int nameEnd = name(at, seen) - 1;
            int value = nameEnd < 0 ? GIVE_UP : tokens.colon(nameEnd + 1);
            if (value == GIVE_UP) {
                return GIVE_UP;
            }
            Node child = node == null ? null : node.child(JsonText.decode(json, name, nameEnd));
            int end = value(value, level + 1, child);
            if (end == GIVE_UP) {
                return GIVE_UP;
            }
            if (members != null) {
                members.member(name, nameEnd, value, end);
            }
            at = skipSpace(end);
            if (peek(at) == '}') {
                return at + 1;
            }
            at = tokens.comma(at, "a comma or } is missing");
        }
        return GIVE_UP;
    }

    private int name(int at, NameSet seen) {
        if (peek(at) != '"') {
            return tokens.notJson(at, "a name in quotes is missing");
        }
        int end = tokens.string(at);
        return end == GIVE_UP || seen.add(json, at + 1, end - 1)
                ? end
                : tokens.wrong(
                        RejectionReason.DUPLICATE_KEY,
                        "A JSON object names a key for the second time at byte " + (at + 1) + ".");
    }

    private int tooDeep() {
        return tokens.wrong(
                RejectionReason.LIMIT,
                "Values nest deeper than " + (JsonReader.MAX_LEVELS - 1) + " levels.");
    }

    private int array(int start, int level, @Nullable Node node) {
        if (level > JsonReader.MAX_LEVELS) {
            return tooDeep();
        }
        int at = skipSpace(start + 1);
        if (peek(at) == ']') {
            return at + 1;
        }
        for (int index = 0; at != GIVE_UP; index++) {
            at = value(at, level + 1, node == null ? null : node.child(index));
            if (at == GIVE_UP) {
                return GIVE_UP;
            }
            at = skipSpace(at);
            if (peek(at) == ']') {
                return at + 1;
            }
            at = tokens.comma(at, "a comma or ] is missing");
        }
        return GIVE_UP;
    }

    /** Skips white space. */
    public int skipSpace(int start) {
        return tokens.skipSpace(start);
    }

    private int peek(int at) {
        return tokens.peek(at);
    }
}
