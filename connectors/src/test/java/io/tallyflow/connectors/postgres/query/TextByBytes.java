package io.tallyflow.connectors.postgres.query;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A text that is compared by its UTF-8 bytes, which is not the order of Java's strings. */
record TextByBytes(String text) implements Comparable<TextByBytes> {

    static TextByBytes of(String text) {
        return new TextByBytes(text);
    }

    @Override
    public int compareTo(TextByBytes other) {
        return Arrays.compareUnsigned(
                text.getBytes(StandardCharsets.UTF_8), other.text.getBytes(StandardCharsets.UTF_8));
    }
}
