package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.meter.Aggregation;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.state.UsagePartials;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.jspecify.annotations.Nullable;

/**
 * What memory knows of one cell: a partial that changes in place. Numbers are 64-bit digits at one
 * scale as long as they fit, so that a reading leaves no garbage behind in a large heap; what does
 * not fit is kept as the partial itself, and the arithmetic is then that of {@link UsagePartials}.
 *
 * <p>Cells of one subject and group stand in a ring, one per meter: an event that several meters
 * read finds them one beside the other. Confined to the operator's thread.
 */
final class Cell {

    /** An estimate: the cell, its texts, its place in a table. */
    private static final int BYTES = 180;

    private static final int BYTES_OF_LATEST = 160;

    /** Digits of numbers that fit 64 bits with room for the sum to grow. */
    private static final int COMPACT_DIGITS = 17;

    private final String meter;
    private final String subject;
    private final String group;
    private final int hash;
    private final @Nullable Aggregation aggregation;
    private Cell next = this;
    private boolean changed;
    private boolean hasValues;
    private int scale;
    private long readings;
    private long sum;
    private long min;
    private long max;
    private @Nullable LatestReading latest;

    /** In the place of all numbers above, if they do not fit. */
    private @Nullable UsagePartial exact;

    /**
     * A cell without readings.
     *
     * @param aggregation of its meter, which says what is kept; everything is if it is not known
     */
    Cell(String meter, String subject, String group, @Nullable Aggregation aggregation) {
        this.meter = meter;
        this.subject = subject;
        this.group = group;
        this.aggregation = aggregation;
        this.hash = hash(subject, group);
    }

    /** A cell as state knows it. */
    Cell(UsageCell name, UsagePartial partial, @Nullable Aggregation aggregation) {
        this(name.meter(), name.subject(), name.group(), aggregation);
        become(partial);
    }

    /** The hash of what a ring has in common. */
    static int hash(String subject, String group) {
        int mixed = 31 * subject.hashCode() + group.hashCode();
        mixed *= 0x9E3779B9;
        return mixed ^ mixed >>> 15;
    }

    int hash() {
        return hash;
    }

    /** Whether the cell is of this subject and group. */
    boolean isOf(int hashOfBoth, String otherSubject, String otherGroup) {
        return hash == hashOfBoth && subject.equals(otherSubject) && group.equals(otherGroup);
    }

    boolean isOfMeter(String slug) {
        return meter.equals(slug);
    }

    /** The cell behind this one in its ring; itself if it is alone. */
    Cell next() {
        return next;
    }

    /** Takes a cell that is alone into the ring, behind this one. */
    void putNext(Cell cell) {
        cell.next = next;
        next = cell;
    }

    String subject() {
        return subject;
    }

    String group() {
        return group;
    }

    UsageCell name(TimeWindow window) {
        return new UsageCell(meter, subject, group, window.getStart(), window.getEnd());
    }

    /**
     * Adds a reading.
     *
     * @param value null for meters that take no number
     * @return false if the sum would get out of range; the cell is then as it was
     */
    boolean add(@Nullable BigDecimal value, long timeMicros, String source, String id) {
        if (exact == null && addCompact(value, timeMicros, source, id)) {
            return true;
        }
        UsagePartial after = UsagePartials.add(partial(), value, timeMicros, source, id);
        if (after == null) {
            return false;
        }
        become(after);
        return true;
    }

    /** Adds what is counted only, or 64-bit digits; false if anything is unusual. */
    private boolean addCompact(
            @Nullable BigDecimal value, long timeMicros, String source, String id) {
        if (value == null) {
            readings += hasValues ? 0 : 1;
            return !hasValues;
        }
        if (!fits(value)) {
            return false;
        }
        return hasValues
                ? addDigits(value, timeMicros, source, id)
                : readings == 0 && begin(value, timeMicros, source, id);
    }

    private boolean begin(BigDecimal value, long timeMicros, String source, String id) {
        scale = value.scale();
        long digits = digits(value, scale);
        readings = 1;
        sum = digits;
        min = digits;
        max = digits;
        latest = keepsLatest() ? new LatestReading(digits, timeMicros, source, id) : null;
        hasValues = true;
        return true;
    }

    private boolean addDigits(BigDecimal value, long timeMicros, String source, String id) {
        if (latest != null && latest.isAt(timeMicros) || !scaleTo(value)) {
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
        if (latest != null) {
            latest.see(digits, timeMicros, source, id);
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
        become(partial(), value.scale());
        return exact == null;
    }

    private static long digits(BigDecimal value, int scale) {
        return value.scale() == 0 && scale == 0
                ? value.longValue()
                : value.scaleByPowerOfTen(scale).longValueExact();
    }

    /** Takes a partial in the place of what it knows; for one that state or a barrier brings. */
    void become(UsagePartial partial) {
        become(UsagePartials.keptBy(aggregation, partial), 0);
    }

    private void become(UsagePartial partial, int leastScale) {
        readings = partial.readings();
        exact = null;
        latest = null;
        hasValues = false;
        if (partial.sum() == null) {
            return;
        }
        if (!isCompact(partial, leastScale)) {
            exact = partial;
            return;
        }
        hasValues = true;
        sum = digitsOr(partial.sum(), 0);
        min = digitsOr(partial.min(), sum);
        max = digitsOr(partial.max(), sum);
        BigDecimal last = partial.latest();
        latest =
                last == null
                        ? null
                        : new LatestReading(
                                digits(last, scale),
                                partial.latestTimeMicros(),
                                partial.latestSource(),
                                partial.latestId());
    }

    /** Whether all that the cell keeps is there and fits; the scale is then theirs. */
    private boolean isCompact(UsagePartial partial, int leastScale) {
        scale = leastScale;
        scale = Math.max(scale, scaleOf(partial.sum()));
        scale = Math.max(scale, scaleOf(partial.min()));
        scale = Math.max(scale, scaleOf(partial.max()));
        scale = Math.max(scale, scaleOf(partial.latest()));
        return isCompact(partial.sum(), true)
                && isCompact(partial.min(), keepsMin())
                && isCompact(partial.max(), keepsMax())
                && isCompact(partial.latest(), keepsLatest());
    }

    private static int scaleOf(@Nullable BigDecimal value) {
        return value == null ? 0 : value.scale();
    }

    private boolean isCompact(@Nullable BigDecimal value, boolean kept) {
        return value == null ? !kept : value.precision() + scale - value.scale() <= COMPACT_DIGITS;
    }

    private long digitsOr(@Nullable BigDecimal value, long other) {
        return value == null ? other : digits(value, scale);
    }

    private boolean keepsMin() {
        return aggregation == null || aggregation == Aggregation.MIN;
    }

    private boolean keepsMax() {
        return aggregation == null || aggregation == Aggregation.MAX;
    }

    private boolean keepsLatest() {
        return aggregation == null || aggregation == Aggregation.LATEST;
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
                keepsMin() ? quantity(min, total) : null,
                keepsMax() ? quantity(max, total) : null,
                latest == null ? null : quantity(latest.digits(), total),
                latest == null ? 0 : latest.timeMicros(),
                latest == null ? null : latest.source(),
                latest == null ? null : latest.id());
    }

    private BigDecimal quantity(long digits, BigDecimal total) {
        return digits == sum ? total : quantity(digits);
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

    /** Bytes of heap that it takes, about; does not change. */
    long bytes() {
        return BYTES + subject.length() + (keepsLatest() ? BYTES_OF_LATEST : 0);
    }
}
