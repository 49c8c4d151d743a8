package io.tallyflow.functions.aggregate;

import io.tallyflow.functions.memory.HeapBytes;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.Shape;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.quantity.Quantity;
import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What the cells of one window came to: partials that change in place, four numbers a cell in one
 * array. A quantity is 64-bit digits at a scale of its cell as long as it fits; what does not fit
 * is kept as the partial itself, and the arithmetic is then that of {@link UsagePartials}. So
 * neither a cell nor a reading leaves an object behind that the garbage collector has to carry
 * about.
 */
final class CellNumbers {

    private static final Aggregation[] AGGREGATIONS = Aggregation.values();

    /** Digits of numbers that fit 64 bits with room for the sum to grow. */
    private static final int COMPACT_DIGITS = 17;

    private static final int READINGS = 0;
    private static final int SUM = 1;

    /** What the cell keeps beside its sum: the least, the greatest or the latest value. */
    private static final int SHOWN = 2;

    /** Scale, aggregation, and the flags below. */
    private static final int SHAPE = 3;

    private static final int NUMBERS = 4;

    /** A partial that does not fit, without its numbers and texts. */
    private static final int BYTES_OF_EXACT = 56;

    private static final long SCALE_MASK = 0x3F;
    private static final int AGGREGATION_SHIFT = 8;
    private static final long AGGREGATION_MASK = 0xFF;
    private static final long HAS_VALUES = 1 << 16;
    private static final long IS_EXACT = 1 << 17;
    private static final long IS_CHANGED = 1 << 18;
    private static final long IS_SENT = 1 << 19;
    private static final long FLAGS_KEPT =
            IS_CHANGED | IS_SENT | AGGREGATION_MASK << AGGREGATION_SHIFT;

    private static final long[] NONE = {};

    private long[] numbers = NONE;

    /** In the place of the numbers of cells that are exact. */
    private @Nullable UsagePartial @Nullable [] exact;

    /** When and where the latest value of a LATEST cell came from. */
    private @Nullable LatestReading @Nullable [] latest;

    private long bytesOfObjects;

    /** Makes room for so many cells. */
    void grow(int capacity) {
        numbers = Arrays.copyOf(numbers, capacity * NUMBERS);
        exact = exact == null ? null : Arrays.copyOf(exact, capacity);
        latest = latest == null ? null : Arrays.copyOf(latest, capacity);
    }

    /** Bytes of heap, about. */
    long bytes() {
        return (long) numbers.length * Long.BYTES
                + (exact == null ? 0 : (long) exact.length * HeapBytes.REFERENCE)
                + (latest == null ? 0 : (long) latest.length * HeapBytes.REFERENCE)
                + bytesOfObjects;
    }

    /**
     * Begins a cell without readings.
     *
     * @param aggregation of its meter, which says what is kept; everything is if it is not known
     */
    void begin(int cell, @Nullable Aggregation aggregation) {
        long ordinal = aggregation == null ? AGGREGATIONS.length : aggregation.ordinal();
        numbers[cell * NUMBERS + SHAPE] = ordinal << AGGREGATION_SHIFT;
    }

    /**
     * Adds a reading.
     *
     * @param value null for meters that take no number
     * @return false if the sum would get out of range; the cell is then as it was
     */
    boolean add(int cell, @Nullable BigDecimal value, long timeMicros, String source, String id) {
        if (addCompact(cell, value, timeMicros, source, id)) {
            return true;
        }
        UsagePartial after = UsagePartials.add(partial(cell), value, timeMicros, source, id);
        if (after == null) {
            return false;
        }
        become(cell, after);
        return true;
    }

    /** Adds what is counted only, or 64-bit digits; false if anything is unusual. */
    private boolean addCompact(
            int cell, @Nullable BigDecimal value, long timeMicros, String source, String id) {
        int at = cell * NUMBERS;
        long shape = numbers[at + SHAPE];
        if ((shape & IS_EXACT) != 0) {
            return false;
        }
        boolean hasValues = (shape & HAS_VALUES) != 0;
        if (value == null) {
            numbers[at + READINGS] += hasValues ? 0 : 1;
            return !hasValues;
        }
        if (value.scale() < 0 || value.precision() > COMPACT_DIGITS) {
            return false;
        }
        return hasValues
                ? addDigits(cell, value, timeMicros, source, id)
                : numbers[at + READINGS] == 0 && first(cell, value, timeMicros, source, id);
    }

    private boolean first(int cell, BigDecimal value, long timeMicros, String source, String id) {
        Aggregation aggregation = aggregation(cell);
        if (aggregation == null || !aggregation.keepsOneAtMost()) {
            return false;
        }
        int at = cell * NUMBERS;
        long digits = digits(value, value.scale());
        numbers[at + READINGS] = 1;
        numbers[at + SUM] = digits;
        numbers[at + SHOWN] = digits;
        numbers[at + SHAPE] |= HAS_VALUES | value.scale();
        if (aggregation.keptAlone() == Shape.LATEST) {
            putLatest(cell, new LatestReading(timeMicros, source, id));
        }
        return true;
    }

    private boolean addDigits(
            int cell, BigDecimal value, long timeMicros, String source, String id) {
        Shape kept = kept(cell);
        boolean tie = kept == Shape.LATEST && latest(cell).isAt(timeMicros);
        if (tie || !scaleTo(cell, value)) {
            return false;
        }
        int at = cell * NUMBERS;
        long digits = digits(value, scale(cell));
        long before = numbers[at + SUM];
        long sum = before + digits;
        if (((before ^ sum) & (digits ^ sum)) < 0) {
            return false;
        }
        numbers[at + SUM] = sum;
        numbers[at + READINGS]++;
        if (kept != null) {
            switch (kept) {
                case LEAST -> numbers[at + SHOWN] = Math.min(numbers[at + SHOWN], digits);
                case GREATEST -> numbers[at + SHOWN] = Math.max(numbers[at + SHOWN], digits);
                case LATEST -> {
                    if (isLatest(cell, timeMicros, source, id)) {
                        numbers[at + SHOWN] = digits;
                    }
                }
            }
        }
        return true;
    }

    /** Whether a reading is later than all before; it is the latest from now on. */
    private boolean isLatest(int cell, long timeMicros, String source, String id) {
        LatestReading before = latest(cell);
        bytesOfObjects -= before.bytes();
        boolean later = before.isBefore(timeMicros, source, id);
        bytesOfObjects += before.bytes();
        return later;
    }

    /** Brings the numbers to the scale of another if that is greater; false if they do not fit. */
    private boolean scaleTo(int cell, BigDecimal value) {
        int scale = scale(cell);
        if (value.scale() <= scale) {
            return value.precision() + scale - value.scale() <= COMPACT_DIGITS;
        }
        become(cell, partial(cell), value.scale());
        return (numbers[cell * NUMBERS + SHAPE] & IS_EXACT) == 0;
    }

    private static long digits(BigDecimal value, int scale) {
        return value.scale() == 0 && scale == 0
                ? value.longValue()
                : value.scaleByPowerOfTen(scale).longValueExact();
    }

    /** Takes a partial in the place of what the cell came to. */
    void become(int cell, UsagePartial partial) {
        become(cell, UsagePartials.keptBy(aggregation(cell), partial), 0);
    }

    private void become(int cell, UsagePartial partial, int leastScale) {
        int at = cell * NUMBERS;
        dropExact(cell);
        numbers[at + SHAPE] &= FLAGS_KEPT;
        numbers[at + READINGS] = partial.readings();
        BigDecimal sum = partial.sum();
        if (sum == null) {
            return;
        }
        Aggregation aggregation = aggregation(cell);
        BigDecimal shown = aggregation == null ? null : shown(aggregation, partial);
        int scale = Math.max(leastScale, sum.scale());
        scale = shown == null ? scale : Math.max(scale, shown.scale());
        if (shown == null || !isCompact(sum, scale) || !isCompact(shown, scale)) {
            numbers[at + SHAPE] |= IS_EXACT;
            putExact(cell, partial);
            return;
        }
        numbers[at + SHAPE] |= HAS_VALUES | scale;
        numbers[at + SUM] = digits(sum, scale);
        numbers[at + SHOWN] = digits(shown, scale);
        if (kept(cell) == Shape.LATEST) {
            putLatest(cell, LatestReading.of(partial));
        }
    }

    /**
     * The number that a cell keeps beside its sum, or the sum if it keeps nothing else; null if it
     * keeps more than one.
     */
    private static @Nullable BigDecimal shown(Aggregation aggregation, UsagePartial partial) {
        if (!aggregation.keepsOneAtMost()) {
            return null;
        }
        Shape kept = aggregation.keptAlone();
        if (kept == null) {
            return partial.sum();
        }
        return kept.in(partial);
    }

    private static boolean isCompact(BigDecimal value, int scale) {
        return value.precision() + scale - value.scale() <= COMPACT_DIGITS;
    }

    /** What the cell came to so far. */
    UsagePartial partial(int cell) {
        int at = cell * NUMBERS;
        long shape = numbers[at + SHAPE];
        if ((shape & IS_EXACT) != 0) {
            return exact(cell);
        }
        long readings = numbers[at + READINGS];
        if ((shape & HAS_VALUES) == 0) {
            return new UsagePartial(readings, null, null, null, null, 0, null, null);
        }
        BigDecimal sum = quantity(numbers[at + SUM], scale(cell));
        Shape kept = kept(cell);
        if (kept == null) {
            return new UsagePartial(readings, sum, null, null, null, 0, null, null);
        }
        BigDecimal shown = shown(cell, sum);
        return switch (kept) {
            case LEAST -> new UsagePartial(readings, sum, shown, null, null, 0, null, null);
            case GREATEST -> new UsagePartial(readings, sum, null, shown, null, 0, null, null);
            case LATEST -> latest(cell).partial(readings, sum, shown);
        };
    }

    /** What is kept beside the sum; the same object where it is the same. */
    private BigDecimal shown(int cell, BigDecimal sum) {
        int at = cell * NUMBERS;
        return numbers[at + SHOWN] == numbers[at + SUM]
                ? sum
                : quantity(numbers[at + SHOWN], scale(cell));
    }

    /** What a cell keeps that has numbers; null for nothing. One of no known meter has none. */
    private @Nullable Shape kept(int cell) {
        Aggregation aggregation = aggregation(cell);
        if (aggregation == null) {
            throw new IllegalStateException("cell " + cell + " has numbers of no aggregation");
        }
        return aggregation.keptAlone();
    }

    private static BigDecimal quantity(long digits, int scale) {
        return Quantity.canonical(BigDecimal.valueOf(digits, scale));
    }

    /**
     * Notes that the cell has changed: state and the sinks must hear of it.
     *
     * @return whether this is the first change since {@link #takeChange}
     */
    boolean markChanged(int cell) {
        int at = cell * NUMBERS + SHAPE;
        boolean first = (numbers[at] & IS_CHANGED) == 0;
        numbers[at] |= IS_CHANGED;
        return first;
    }

    /** State and the sinks are taken to have heard. */
    void takeChange(int cell) {
        numbers[cell * NUMBERS + SHAPE] &= ~IS_CHANGED;
        markSent(cell);
    }

    /** Notes that the sinks have heard of the cell. */
    void markSent(int cell) {
        numbers[cell * NUMBERS + SHAPE] |= IS_SENT;
    }

    /** Whether the sinks have ever heard of the cell. */
    boolean isSent(int cell) {
        return (numbers[cell * NUMBERS + SHAPE] & IS_SENT) != 0;
    }

    private int scale(int cell) {
        return (int) (numbers[cell * NUMBERS + SHAPE] & SCALE_MASK);
    }

    private @Nullable Aggregation aggregation(int cell) {
        long shape = numbers[cell * NUMBERS + SHAPE];
        int ordinal = (int) (shape >>> AGGREGATION_SHIFT & AGGREGATION_MASK);
        return ordinal == AGGREGATIONS.length ? null : AGGREGATIONS[ordinal];
    }

    private int capacity() {
        return numbers.length / NUMBERS;
    }

    private void putExact(int cell, UsagePartial partial) {
        exact = exact == null ? new @Nullable UsagePartial[capacity()] : exact;
        exact[cell] = partial;
        bytesOfObjects += bytesOf(partial);
    }

    private static int bytesOf(UsagePartial partial) {
        BigDecimal sum = partial.sum();
        String source = partial.latestSource();
        String id = partial.latestId();
        return BYTES_OF_EXACT
                + HeapBytes.ofDecimal(sum)
                + bytesOf(partial.min(), sum)
                + bytesOf(partial.max(), sum)
                + bytesOf(partial.latest(), sum)
                + (source == null ? 0 : HeapBytes.ofText(source))
                + (id == null ? 0 : HeapBytes.ofText(id));
    }

    /** Of one reading the sum is the least and the greatest: one object. */
    private static int bytesOf(@Nullable BigDecimal shown, @Nullable BigDecimal sum) {
        return shown == sum ? 0 : HeapBytes.ofDecimal(shown);
    }

    private void dropExact(int cell) {
        UsagePartial partial = exact == null ? null : exact[cell];
        if (exact != null && partial != null) {
            exact[cell] = null;
            bytesOfObjects -= bytesOf(partial);
        }
    }

    private UsagePartial exact(int cell) {
        UsagePartial partial = exact == null ? null : exact[cell];
        if (partial == null) {
            throw new IllegalStateException("cell " + cell + " has no partial");
        }
        return partial;
    }

    private void putLatest(int cell, LatestReading reading) {
        latest = latest == null ? new @Nullable LatestReading[capacity()] : latest;
        LatestReading before = latest[cell];
        bytesOfObjects += reading.bytes() - (before == null ? 0 : before.bytes());
        latest[cell] = reading;
    }

    private LatestReading latest(int cell) {
        LatestReading reading = latest == null ? null : latest[cell];
        if (reading == null) {
            throw new IllegalStateException("cell " + cell + " has no latest reading");
        }
        return reading;
    }
}
