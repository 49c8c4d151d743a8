package io.tallyflow.functions.json;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The names seen so far in one JSON object, compared by the text they stand for.
 *
 * <p>A few names without escapes, which is what events have, are compared as bytes where they lie.
 * From the first name with an escape, or the first above {@link #FEW}, they are kept as text in a
 * hash set, whose buckets turn into trees: even names made to collide cost a logarithm each, never
 * a walk through all others.
 */
final class NameSet {

    private static final int FEW = 16;

    private final int[] starts = new int[FEW];
    private final int[] ends = new int[FEW];
    private final int[] hashes = new int[FEW];
    private int size;
    private @Nullable Set<String> texts;

    /** Forgets all names. */
    void clear() {
        size = 0;
        texts = null;
    }

    /**
     * Adds the name whose characters, without its quotes, lie in {@code [start, end)}; false if the
     * object has it already. All names of one object lie in the same bytes.
     */
    boolean add(byte[] json, int start, int end) {
        if (texts != null) {
            return texts.add(JsonText.decode(json, start, end));
        }
        if (size == FEW || JsonText.hasEscape(json, start, end)) {
            Set<String> all = textsOf(json);
            texts = all;
            return all.add(JsonText.decode(json, start, end));
        }
        return addPlain(json, start, end);
    }

    private boolean addPlain(byte[] json, int start, int end) {
        int hash = hash(json, start, end);
        for (int i = 0; i < size; i++) {
            if (hashes[i] == hash && Arrays.equals(json, starts[i], ends[i], json, start, end)) {
                return false;
            }
        }
        starts[size] = start;
        ends[size] = end;
        hashes[size] = hash;
        size++;
        return true;
    }

    private Set<String> textsOf(byte[] json) {
        Set<String> all = new HashSet<>(4 * FEW);
        for (int i = 0; i < size; i++) {
            all.add(JsonText.decode(json, starts[i], ends[i]));
        }
        return all;
    }

    private static int hash(byte[] json, int start, int end) {
        int hash = 1;
        for (int i = start; i < end; i++) {
            hash = 31 * hash + json[i];
        }
        return hash;
    }
}
