package io.tallyflow.functions.parse;

import io.tallyflow.functions.json.ExactReader;
import io.tallyflow.functions.json.JsonProblem;
import io.tallyflow.functions.json.JsonReader;
import java.util.Objects;

/**
 * Checks that bytes are one JSON document within the limits of usage events, see {@link
 * ExactReader}, and tells where the members of its root object lie. The bytes must be UTF-8
 * already, see {@link Encoding}. Confined to one thread, reusable.
 */
final class JsonScanner {

    private static final ExactReader.Members NOBODY =
            (nameStart, nameEnd, valueStart, valueEnd) -> {};

    private final ExactReader reader = new ExactReader();
    private int rootStart;
    private int rootEnd;

    /**
     * Reads one document.
     *
     * @param levels how deep values may nest, the root being level 1; at most {@link
     *     JsonReader#MAX_LEVELS}
     */
    void scan(byte[] document, int levels, ExactReader.Members listener) throws Rejection {
        reader.over(document);
        rootStart = reader.skipSpace(0);
        rootEnd = reader.value(rootStart, JsonReader.MAX_LEVELS + 1 - levels, listener);
        if (rootEnd == JsonReader.GIVE_UP) {
            throw new Rejection(Objects.requireNonNull(reader.problem()));
        }
        int end = reader.skipSpace(rootEnd);
        if (end < document.length) {
            throw new Rejection(JsonProblem.notJson(end, "the document ends before"));
        }
    }

    /** As {@link #scan(byte[], int, ExactReader.Members)}, where nobody asks for the members. */
    void scan(byte[] document, int levels) throws Rejection {
        scan(document, levels, NOBODY);
    }

    /** Where the root value of the document last read begins. */
    int rootStart() {
        return rootStart;
    }

    /** Where it ends, exclusive. */
    int rootEnd() {
        return rootEnd;
    }
}
