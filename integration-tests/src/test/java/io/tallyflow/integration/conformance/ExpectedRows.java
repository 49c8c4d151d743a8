package io.tallyflow.integration.conformance;

import io.tallyflow.connectors.postgres.query.AnswerRow;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Short ways to write rows down. */
final class ExpectedRows {

    static final Duration MINUTE = Duration.ofMinutes(1);
    static final Duration HOUR = Duration.ofHours(1);
    static final Duration DAY = Duration.ofDays(1);

    private ExpectedRows() {}

    static AnswerRow row(Instant start, Duration length, String value) {
        return row(start, length, Map.of(), value);
    }

    static AnswerRow row(String start, Duration length, String value) {
        return row(Instant.parse(start), length, value);
    }

    static AnswerRow row(String start, String end, String value) {
        return new AnswerRow(
                Instant.parse(start), Instant.parse(end), null, Map.of(), new BigDecimal(value));
    }

    static AnswerRow row(Instant start, Duration length, Map<String, String> groups, String value) {
        return new AnswerRow(start, start.plus(length), null, groups, new BigDecimal(value));
    }
}
