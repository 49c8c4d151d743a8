package io.tallyflow.connectors.postgres.query;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;

/**
 * One reading as the stream would have taken it.
 *
 * @param late whether its window had settled: it stands in an adjustment instead of a usage row
 */
record TakenReading(
        String subject,
        Map<String, String> groups,
        Instant at,
        String source,
        String id,
        BigDecimal value,
        boolean late) {

    /** On time, without groups. */
    static TakenReading of(String subject, String at, String value) {
        return new TakenReading(
                subject, Map.of(), Instant.parse(at), "s", at, new BigDecimal(value), false);
    }

    /** The same in a group. */
    TakenReading in(String name, String group) {
        return new TakenReading(subject, Map.of(name, group), at, source, id, value, late);
    }

    /** The same from elsewhere. */
    TakenReading from(String otherSource, String otherId) {
        return new TakenReading(subject, groups, at, otherSource, otherId, value, late);
    }

    /** The same after its window had settled. */
    TakenReading asLate() {
        return new TakenReading(subject, groups, at, source, id, value, true);
    }

    /** Its value as one of the distinct texts of UNIQUE_COUNT. */
    String text() {
        return value.stripTrailingZeros().toPlainString();
    }
}
