package io.tallyflow.schemas.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

/** Meter files that are refused, and what is said about them. */
final class RefusedMeters {

    private RefusedMeters() {}

    static String count(String fields) {
        return "meters:\n- {eventType: t, aggregation: COUNT, " + fields + "}";
    }

    static String onlyProblem(String yaml) {
        InvalidMetersException refused = refused(yaml);
        assertThat(refused.problems()).as(refused.getMessage()).hasSize(1);
        return refused.getMessage();
    }

    static InvalidMetersException refused(String yaml) {
        return catchThrowableOfType(
                InvalidMetersException.class, () -> MeterFile.parse("meters.yaml", yaml));
    }
}
