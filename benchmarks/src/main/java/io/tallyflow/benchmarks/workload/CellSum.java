package io.tallyflow.benchmarks.workload;

/**
 * What a meter's cells come to, whatever their order: how many there are, the sum of their values,
 * and a hash over cells and values in which a single difference shows.
 */
public record CellSum(long cells, long total, long hash) {

    /** No cells. */
    public static final CellSum NONE = new CellSum(0, 0, 0);

    /** With one cell more. */
    public CellSum plus(long cell, long value) {
        return new CellSum(cells + 1, total + value, hash + contribution(cell, value));
    }

    /** Both together; no cell may be in both. */
    public CellSum plus(CellSum other) {
        return new CellSum(cells + other.cells, total + other.total, hash + other.hash);
    }

    private static long contribution(long cell, long value) {
        return Bits.mix(cell ^ Bits.mix(value));
    }

    /** The number that stands for a group of these values; 0 for no groups. */
    public static long group(String model, String region) {
        return Bits.mix(Bits.hash(model) + Bits.mix(Bits.hash(region)));
    }

    /**
     * The number that stands for a cell. 64 bits: that two of three million cells share one happens
     * once in four million workloads.
     *
     * @param group of {@link #group}, or 0
     * @param windowStartMillis milliseconds since the epoch, UTC
     */
    public static long cell(String subject, long group, long windowStartMillis) {
        return cell(Bits.hash(subject), group, windowStartMillis);
    }

    static long cell(long subjectHash, long group, long windowStartMillis) {
        return Bits.mix(Bits.mix(subjectHash + group) + windowStartMillis);
    }

    @Override
    public String toString() {
        return cells + " cells, total " + total + ", hash " + Long.toHexString(hash);
    }
}
