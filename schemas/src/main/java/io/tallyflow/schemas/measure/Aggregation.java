package io.tallyflow.schemas.measure;

import static io.tallyflow.schemas.measure.Taken.NOTHING;
import static io.tallyflow.schemas.measure.Taken.NUMBER;
import static io.tallyflow.schemas.measure.Taken.TEXT;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a meter turns readings into a value: what it takes of an event, what its cells keep, and what
 * it shows of that. The same rules in SQL are {@code tallyflow.keeps} and {@code tallyflow.value}.
 */
public enum Aggregation {
    SUM(NUMBER, (partial, distinct) -> partial.sum()),
    COUNT(NOTHING, (partial, distinct) -> BigDecimal.valueOf(partial.readings())),
    UNIQUE_COUNT(TEXT, (partial, distinct) -> BigDecimal.valueOf(distinct)),
    AVG(NUMBER, (partial, distinct) -> average(partial)),
    MIN(NUMBER, (partial, distinct) -> partial.min(), Shape.LEAST),
    MAX(NUMBER, (partial, distinct) -> partial.max(), Shape.GREATEST),
    LATEST(NUMBER, (partial, distinct) -> partial.latest(), Shape.LATEST);

    /** Places after the point that an average is rounded to, half away from zero. */
    public static final int AVERAGE_SCALE = 18;

    /** What is shown of what a cell keeps. */
    @FunctionalInterface
    private interface Shown {

        @Nullable BigDecimal of(UsagePartial partial, long distinctValues);
    }

    private final Taken taken;
    private final Shown shown;
    private final List<Shape> shapes;

    /** Asked for every reading. */
    private final @Nullable Shape alone;

    private final boolean oneAtMost;

    Aggregation(Taken taken, Shown shown, Shape... shapes) {
        this.taken = taken;
        this.shown = shown;
        this.shapes = List.of(shapes);
        this.alone = shapes.length == 1 ? shapes[0] : null;
        this.oneAtMost = shapes.length <= 1;
    }

    /** What a reading takes of its event. */
    public Taken takes() {
        return taken;
    }

    /** Whether the meter must name a value property; one that takes nothing must not. */
    public boolean needsValue() {
        return taken != NOTHING;
    }

    /** Whether the distinct values of cells are kept, each once, beside their partials. */
    public boolean keepsValues() {
        return taken == TEXT;
    }

    /** Whether cells of the meter keep it. */
    public boolean keeps(Shape shape) {
        return shapes.contains(shape);
    }

    /** Whether cells keep one shape at most, so that one number beside the sum is enough. */
    public boolean keepsOneAtMost() {
        return oneAtMost;
    }

    /** The one shape that cells keep; null if they keep none. */
    public @Nullable Shape keptAlone() {
        if (!oneAtMost) {
            throw new IllegalStateException(this + " keeps more than one shape");
        }
        return alone;
    }

    /**
     * The value that a meter shows for what it knows.
     *
     * @param distinctValues how many distinct values there are; looked at only if they are kept
     * @return null if there is none: no number was read
     */
    public @Nullable BigDecimal valueOf(UsagePartial partial, long distinctValues) {
        return shown.of(partial, distinctValues);
    }

    private static @Nullable BigDecimal average(UsagePartial partial) {
        BigDecimal sum = partial.sum();
        return sum == null || partial.readings() == 0
                ? null
                : sum.divide(
                        BigDecimal.valueOf(partial.readings()),
                        AVERAGE_SCALE,
                        RoundingMode.HALF_UP);
    }
}
