package io.tallyflow.cli.demo;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the meters of the bundled {@code meters.yaml} must say of an event. Written from the
 * contract and not from the pipeline, so that one can be held against the other.
 */
final class DemoMeters {

    /** The event type that both meters count. */
    static final String EVENT_TYPE = "prompt";

    static final String TOKENS = "tokens_total";
    static final String REQUESTS = "requests_total";

    private static final long MINUTE_MILLIS = 60_000;
    private static final int SCALE = 18;

    private DemoMeters() {}

    /**
     * The outcome for an accepted event of their type.
     *
     * @param timeMicros event time, microseconds since the epoch, UTC
     */
    static Outcome of(String subject, long timeMicros, Payload payload) {
        long minute = Math.floorDiv(timeMicros, MINUTE_MILLIS * 1_000) * MINUTE_MILLIS;
        List<Reading> readings = new ArrayList<>(2);
        readings.add(
                new Reading(
                        new Cell(
                                REQUESTS, subject, group(Map.of("model", payload.model())), minute),
                        BigDecimal.ONE));
        BigDecimal tokens = payload.tokens();
        if (tokens == null) {
            return Outcome.metered(List.copyOf(readings), 1);
        }
        Map<String, String> group = Map.of("model", payload.model(), "type", payload.type());
        readings.add(
                new Reading(
                        new Cell(TOKENS, subject, group(group), minute),
                        tokens.setScale(SCALE, RoundingMode.HALF_UP)));
        return Outcome.metered(List.copyOf(readings), 0);
    }

    private static String group(Map<String, String> values) {
        return JsonText.object(new TreeMap<>(values));
    }
}
