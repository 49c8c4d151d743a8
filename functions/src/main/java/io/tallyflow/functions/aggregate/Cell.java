package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.state.UsagePartials;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What memory knows of one cell: a partial that changes in place. Numbers are 64-bit digits at one
 * scale as long as they fit, so that a reading leaves no garbage behind in a large heap; what does
 * not fit is kept as the partial itself, and the arithmetic is then that of {@link UsagePartials}.
 * Confined to the operator's thread.
 */
final class Cell {

    /** An estimate: the cell, its name, its texts, its place in a table. */
    private static final int BYTES = 270;

    /** Digits of numbers that fit 64 bits with room for the sum to grow. */
    private static final int COMPACT_DIGITS = 17;

    private final UsageCell name;
    private final int hash;
    private boolean changed;
    private boolean hasValues;
    private int scale;
    private long readings;
    private long sum;
    private long min;
    private long max;
    private long latest;
    private long latestTimeMicros;
    private @Nullable String latestSource;
    private @Nullable String latestId;

    /** In the place of all numbers above, if they do not fit. */
    private @Nullable UsagePartial exact;

    /** A cell without readings. */
    Cell(UsageCell name) {
        this.name = name;
        this.hash = hash(name.meter(), name.subject(), name.group());
    }

    /** A cell as state knows it. */
    Cell(UsageCell name, UsagePartial partial) {
        this(name);
        set(partial);
    }

    /** The hash of a name within its window. */
    static int hash(String meter, String subject, String group) {
        int mixed = 31 * (31 * subject.hashCode() + group.hashCode()) + meter.hashCode();
        mixed *= 0x9E3779B9;
        return mixed ^ mixed >>> 15;
    }

    int hash() {
        return hash;
    }

    /** Whether this is the name of the cell, within its window. */
    boolean isNamed(int nameHash, String meter, String subject, String group) {
        return hash == nameHash
                && name.subject().equals(subject)
                && name.group().equals(group)
                && name.meter().equals(meter);
    }

    UsageCell name() {
        return name;
    }

    /**
     * Adds a reading.
     *
     * @param value null for meters that take no number
     * @return false if the sum would get out of range; the cell is then as it was
     */
    boolean add(@Nullable BigDecimal value, long timeMicros, String source, String id) {
        if (value == null && exact == null && !hasValues) {
            readings++;
            return true;
        }
        if (value == null || !addCompact(value, timeMicros, source, id)) {
            UsagePartial after = UsagePartials.add(partial(), value, timeMicros, source, id);
            if (after == null) {
                return false;
            }
            set(after);
        }
        return true;
    }

    /** Adds a reading of 64-bit digits to others; false if anything is unusual. */
    private boolean addCompact(BigDecimal value, long timeMicros, String source, String id) {
        if (!hasValues || timeMicros == latestTimeMicros || !fits(value) || !scaleTo(value)) {
            return false;
        }
        long digits = digits(value, scale);
        long total = sum + digits;
        if (((sum ^ total) & (digits ^ total)) < 0) {
            return false;
        }
        sum = total;
        readings++;
        min = Math.min(min, digits);
        max = Math.max(max, digits);
        if (timeMicros > latestTimeMicros) {
            latest = digits;
            latestTimeMicros = timeMicros;
            // The old text is where the cell is; a new one would have to move there.
            latestSource = source.equals(latestSource) ? latestSource : source;
            latestId = id;
        }
        return true;
    }

    private static boolean fits(BigDecimal value) {
        return value.scale() >= 0 && value.precision() <= COMPACT_DIGITS;
    }

    /** Brings the numbers to the scale of another if that is greater; false if they do not fit. */
    private boolean scaleTo(BigDecimal value) {
        if (value.scale() <= scale) {
            return value.precision() + scale - value.scale() <= COMPACT_DIGITS;
        }
        set(partial(), value.scale());
        return exact == null;
    }

    private static long digits(BigDecimal value, int scale) {
        return value.scale() == 0 && scale == 0
                ? value.longValue()
                : value.scaleByPowerOfTen(scale).longValueExact();
    }

    private void set(UsagePartial partial) {
        set(partial, 0);
    }

    private void set(UsagePartial partial, int leastScale) {
        readings = partial.readings();
        exact = null;
        BigDecimal total = partial.sum();
        if (total == null) {
            return;
        }
        BigDecimal least = Objects.requireNonNull(partial.min());
        BigDecimal most = Objects.requireNonNull(partial.max());
        BigDecimal last = Objects.requireNonNull(partial.latest());
        scale =
                Math.max(
                        leastScale, Math.max(total.scale(), Math.max(least.scale(), most.scale())));
        scale = Math.max(scale, last.scale());
        hasValues = isCompact(total) && isCompact(least) && isCompact(most) && isCompact(last);
        if (!hasValues) {
            exact = partial;
            return;
        }
        sum = digits(total, scale);
        min = digits(least, scale);
        max = digits(most, scale);
        latest = digits(last, scale);
        latestTimeMicros = partial.latestTimeMicros();
        latestSource = partial.latestSource();
        latestId = partial.latestId();
    }

    private boolean isCompact(BigDecimal value) {
        return value.precision() + scale - value.scale() <= COMPACT_DIGITS;
    }

    /** What the cell came to so far. */
    UsagePartial partial() {
        if (exact != null) {
            return exact;
        }
        if (!hasValues) {
            return new UsagePartial(readings, null, null, null, null, 0, null, null);
        }
        BigDecimal total = quantity(sum);
        return new UsagePartial(
                readings,
                total,
                min == sum ? total : quantity(min),
                max == sum ? total : quantity(max),
                latest == sum ? total : quantity(latest),
                latestTimeMicros,
                latestSource,
                latestId);
    }

    private BigDecimal quantity(long digits) {
        return Quantity.canonical(BigDecimal.valueOf(digits, scale));
    }

    /**
     * Notes that it has changed: state and the sinks must hear of it.
     *
     * @return whether this is the first change since {@link #takeChange}
     */
    boolean markChanged() {
        boolean first = !changed;
        changed = true;
        return first;
    }

    /** State and the sinks are taken to have heard. */
    void takeChange() {
        changed = false;
    }

    /** Bytes of heap that a cell of this name takes, about. */
    static int bytes(UsageCell name) {
        return BYTES + name.subject().length();
    }
}
