package io.tallyflow.schemas.measure;

import java.math.BigDecimal;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What may be kept of a cell's readings in its partial, beside how many they are and what they add
 * up to: a number, and for the latest one where it came from.
 */
public enum Shape {
    /** The least value: {@code min}. */
    LEAST(UsagePartial::min),
    /** The greatest value: {@code max}. */
    GREATEST(UsagePartial::max),
    /** The value with the greatest (event time, source, id): {@code latest} and what is with it. */
    LATEST(UsagePartial::latest);

    private final Function<UsagePartial, @Nullable BigDecimal> number;

    Shape(Function<UsagePartial, @Nullable BigDecimal> number) {
        this.number = number;
    }

    /** What a partial keeps of it; null if it was not kept, or no number was read. */
    public @Nullable BigDecimal in(UsagePartial partial) {
        return number.apply(partial);
    }
}
