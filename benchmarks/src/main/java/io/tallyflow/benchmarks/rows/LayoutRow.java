package io.tallyflow.benchmarks.rows;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * One row: a cell, a minute, and a partial as its meter keeps it.
 *
 * @param micros start of the window, since the epoch
 */
record LayoutRow(LayoutCell cell, long micros, long readings, long value, boolean settled) {

    @Nullable BigDecimal sum() {
        return cell.kind() == LayoutCell.Kind.SUM ? BigDecimal.valueOf(value) : null;
    }

    @Nullable BigDecimal max() {
        return cell.kind() == LayoutCell.Kind.MAX ? BigDecimal.valueOf(value, 3) : null;
    }
}
