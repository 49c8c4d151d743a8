package io.tallyflow.schemas.quantity;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** What a text means as a quantity: exactly one component is not null. */
public record QuantityResult(@Nullable BigDecimal value, @Nullable Problem problem) {

    /** Why a text is no quantity. The names are a public contract. */
    public enum Problem {
        /** Not a decimal number, or longer than {@link DecimalNumber#MAX_CHARS}. */
        NUMBER_FORMAT,
        /** A number whose absolute value, rounded, is {@link Quantity#LIMIT} or more. */
        NUMBER_RANGE
    }

    static final QuantityResult NUMBER_FORMAT = new QuantityResult(null, Problem.NUMBER_FORMAT);
    static final QuantityResult NUMBER_RANGE = new QuantityResult(null, Problem.NUMBER_RANGE);
    static final QuantityResult ZERO = of(BigDecimal.ZERO);

    static QuantityResult of(BigDecimal value) {
        return new QuantityResult(value, null);
    }
}
