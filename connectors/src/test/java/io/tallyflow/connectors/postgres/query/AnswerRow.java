package io.tallyflow.connectors.postgres.query;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row of {@code tallyflow.query}. */
public record AnswerRow(
        @Nullable Instant start,
        @Nullable Instant end,
        @Nullable String subject,
        Map<String, String> groups,
        BigDecimal value) {}
