package io.tallyflow.results.query;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of an answer.
 *
 * @param windowStart inclusive; null if nothing was counted and no start was asked for
 * @param windowEnd exclusive; null if nothing was counted and no end was asked for
 * @param subject null unless rows are told apart by subject
 * @param groupBy name and value of every group that was asked for
 * @param value exact
 */
public record QueryRow(
        @Nullable Instant windowStart,
        @Nullable Instant windowEnd,
        @Nullable String subject,
        Map<String, String> groupBy,
        BigDecimal value) {}
