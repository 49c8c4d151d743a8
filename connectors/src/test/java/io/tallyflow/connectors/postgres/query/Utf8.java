package io.tallyflow.connectors.postgres.query;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A text that is compared by its UTF-8 bytes, which is not the order of Java's strings. */
record Utf8(String text) implements Comparable<Utf8> {

    static Utf8 of(String text) {
        return new Utf8(text);
    }

    @Override
    public int compareTo(Utf8 other) {
        return Arrays.compareUnsigned(
                text.getBytes(StandardCharsets.UTF_8), other.text.getBytes(StandardCharsets.UTF_8));
    }
}
