package io.tallyflow.schemas.usage;

import java.util.Comparator;

/**
 * A value that a UNIQUE_COUNT meter has seen in a cell. However often it is written, it counts
 * once. The order is there for hash tables, as that of {@link UsageCell}.
 *
 * @param text of the value, at most 256 bytes of UTF-8
 */
public record DistinctValue(UsageCell cell, String text) implements Comparable<DistinctValue> {

    private static final Comparator<DistinctValue> ORDER =
            Comparator.comparing(DistinctValue::text).thenComparing(DistinctValue::cell);

    @Override
    public int compareTo(DistinctValue other) {
        return ORDER.compare(this, other);
    }
}
