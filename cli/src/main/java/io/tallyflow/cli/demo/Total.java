package io.tallyflow.cli.demo;

import java.math.BigDecimal;

/**
 * What a cell holds.
 *
 * @param readings how many events counted
 * @param value sum of their amounts, exact
 */
public record Total(long readings, BigDecimal value) {

    /** Nothing counted. */
    public static final Total NONE = new Total(0, BigDecimal.ZERO);

    Total plus(BigDecimal amount) {
        return new Total(readings + 1, value.add(amount));
    }

    /** Equal as numbers: {@code 1.0} is {@code 1.00}. */
    public boolean sameAs(Total other) {
        return readings == other.readings && value.compareTo(other.value) == 0;
    }
}
