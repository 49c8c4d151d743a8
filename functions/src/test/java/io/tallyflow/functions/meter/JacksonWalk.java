package io.tallyflow.functions.meter;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.tallyflow.functions.paths.Kind;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.PathTrie.Node;
import io.tallyflow.functions.paths.Places;
import io.tallyflow.schemas.meter.ValueText;
import io.tallyflow.schemas.quantity.Quantity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What stands at the paths of a type in an event's data, as Jackson reads it: a second opinion on
 * the places that are noted.
 */
public final class JacksonWalk {

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
    private final Kind[] kinds;
    private final @Nullable String[] texts;

    private JacksonWalk(JsonParser parser, int slots) {
        this.parser = parser;
        kinds = new Kind[slots];
        texts = new String[slots];
        Arrays.fill(kinds, Kind.MISSING);
    }

    /** Holds the values at places against those that Jackson finds. */
    public static void check(byte[] data, PathTrie paths, int[] places) {
        assertThat(Places.areOf(paths, places)).isTrue();
        JacksonWalk walk = over(data, paths);
        PlacedValues placed = new PlacedValues(data, places);
        for (int slot = 0; slot < paths.slots(); slot++) {
            Kind kind = placed.kind(slot);
            assertThat(kind == Kind.ESCAPED_STRING ? Kind.STRING : kind)
                    .isEqualTo(walk.kinds[slot]);
            assertThat(placed.valueText(slot)).isEqualTo(walk.valueText(slot));
            if (kind == Kind.NUMBER || kind == Kind.STRING || kind == Kind.ESCAPED_STRING) {
                assertThat(placed.quantity(slot))
                        .isEqualTo(Quantity.read(Objects.requireNonNull(walk.texts[slot])));
            }
        }
    }

    private String valueText(int slot) {
        String written = texts[slot];
        if (written == null) {
            return "";
        }
        return kinds[slot] == Kind.NUMBER
                ? ValueText.ofNumber(written)
                : ValueText.ofString(written);
    }

    private static JacksonWalk over(byte[] data, PathTrie paths) {
        try (JsonParser parser = JSON.createParser(data)) {
            JacksonWalk walk = new JacksonWalk(parser, paths.slots());
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            walk.visit(paths.root());
            assertThat(parser.nextToken()).isNull();
            return walk;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
            case START_OBJECT -> put(slot, Kind.OBJECT, null);
            case START_ARRAY -> put(slot, Kind.ARRAY, null);
            case VALUE_NULL -> put(slot, Kind.NULL, null);
            case VALUE_TRUE, VALUE_FALSE -> put(slot, Kind.BOOLEAN, parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> put(slot, Kind.NUMBER, parser.getText());
            case VALUE_STRING -> put(slot, Kind.STRING, parser.getText());
            default -> throw new IOException(token + " where a value should be");
        }
    }

    private void put(int slot, Kind kind, @Nullable String written) {
        kinds[slot] = kind;
        texts[slot] = written;
    }
}
