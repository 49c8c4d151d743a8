package io.tallyflow.schemas.usage;

/**
 * The 128-bit key of a cell in Postgres: what layer, subject and group have in common in all
 * windows. Ordered as Postgres orders a {@code uuid}: as bytes.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight
 */
public record CellKey(long high, long low) implements Comparable<CellKey> {

    @Override
    public int compareTo(CellKey other) {
        int order = Long.compareUnsigned(high, other.high);
        return order == 0 ? Long.compareUnsigned(low, other.low) : order;
    }
}
