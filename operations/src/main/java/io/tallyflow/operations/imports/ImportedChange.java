package io.tallyflow.operations.imports;

import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the events of an import come to by themselves, for one meter and subject.
 *
 * @param from start of the first window
 * @param to end of the last one
 * @param value as the meter's aggregation has it
 */
public record ImportedChange(
        String meter,
        String subject,
        Instant from,
        Instant to,
        long readings,
        @Nullable BigDecimal value) {}
