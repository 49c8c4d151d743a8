package io.tallyflow.functions.meter;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.tallyflow.functions.paths.Kind;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.PathTrie.Node;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One pass over the bytes of an event's data that follows the paths of a trie and skips the rest.
 * Numbers are taken as they are written and never become binary.
 */
final class DataWalk {

    /**
     * The parser's own limits hold: data that got here must not fail on Jackson's. Names come from
     * anybody, so they are not interned, and a crafted hash collision is slow instead of an error.
     */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxNameLength(Integer.MAX_VALUE)
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                    .disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
                    .build();

    private final JsonParser parser;
    private final WalkedValues found;

    private DataWalk(JsonParser parser, WalkedValues found) {
        this.parser = parser;
        this.found = found;
    }

    /**
     * What stands at the paths.
     *
     * @param data one JSON object, UTF-8, without duplicate keys
     * @throws IOException if it is not a JSON object
     */
    static WalkedValues over(byte[] data, PathTrie paths) throws IOException {
        WalkedValues found = new WalkedValues(paths.slots());
        try (JsonParser parser = JSON.createParser(data)) {
            DataWalk walk = new DataWalk(parser, found);
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("data does not begin with an object");
            }
            walk.visit(paths.root());
            if (parser.nextToken() != null) {
                throw new IOException("text after the end of data");
            }
        }
        return found;
    }

    /** Notes the value that the parser stands at, and leaves it standing at the value's end. */
    private void visit(Node node) throws IOException {
        JsonToken token = parser.currentToken();
        if (node.hasSlot()) {
            note(node.slot(), token);
        }
        if (token == JsonToken.START_OBJECT && node.entersObjects()) {
            visitMembers(node);
        } else if (token == JsonToken.START_ARRAY && node.entersArrays()) {
            visitElements(node);
        } else {
            parser.skipChildren();
        }
    }

    private void visitMembers(Node node) throws IOException {
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            Node child = node.child(parser.currentName());
            parser.nextToken();
            visitOrSkip(child);
        }
    }

    private void visitElements(Node node) throws IOException {
        for (int index = 0; parser.nextToken() != JsonToken.END_ARRAY; index++) {
            visitOrSkip(node.child(index));
        }
    }

    private void visitOrSkip(@Nullable Node child) throws IOException {
        if (child == null) {
            parser.skipChildren();
        } else {
            visit(child);
        }
    }

    private void note(int slot, JsonToken token) throws IOException {
        switch (token) {
            case START_OBJECT -> found.put(slot, Kind.OBJECT);
            case START_ARRAY -> found.put(slot, Kind.ARRAY);
            case VALUE_NULL -> found.put(slot, Kind.NULL);
            case VALUE_TRUE, VALUE_FALSE -> found.put(slot, Kind.BOOLEAN, parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
                    found.put(slot, Kind.NUMBER, parser.getText());
            case VALUE_STRING -> found.put(slot, Kind.STRING, parser.getText());
            default -> throw new IOException(token + " where a value should be");
        }
    }
}
