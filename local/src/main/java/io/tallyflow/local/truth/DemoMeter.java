package io.tallyflow.local.truth;

import io.tallyflow.schemas.measure.Aggregation;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** One meter of the demo: what it must take from an event. */
final class DemoMeter {

    private final String slug;
    private final String eventType;
    private final Aggregation aggregation;
    private final List<String> groups;
    private final int[] places;
    private final long windowMillis;
    private final Map<List<String>, String> groupTexts = new HashMap<>();

    /**
     * @param groups names, sorted
     * @param places where a payload of this type has their values
     */
    DemoMeter(
            String slug,
            String eventType,
            Aggregation aggregation,
            long windowMillis,
            List<String> groups,
            int... places) {
        this.slug = slug;
        this.eventType = eventType;
        this.aggregation = aggregation;
        this.windowMillis = windowMillis;
        this.groups = groups;
        this.places = places;
    }

    String slug() {
        return slug;
    }

    String eventType() {
        return eventType;
    }

    Aggregation aggregation() {
        return aggregation;
    }

    List<String> groups() {
        return groups;
    }

    long windowMillis() {
        return windowMillis;
    }

    /** Where a reading of the event counts. */
    TruthCell cell(Usage usage) {
        long timeMillis = Math.floorDiv(usage.timeMicros(), 1_000L);
        long start = timeMillis - Math.floorMod(timeMillis, windowMillis);
        return new TruthCell(slug, usage.subject(), groupText(usage.payload()), start);
    }

    private String groupText(Payload payload) {
        List<String> values =
                switch (places.length) {
                    case 0 -> List.of();
                    case 1 -> List.of(text(payload, 0));
                    default -> List.of(text(payload, 0), text(payload, 1));
                };
        return groupText(values);
    }

    /**
     * The text of a group, one object for equal texts.
     *
     * @param values one for each name
     */
    String groupText(List<String> values) {
        return groupTexts.computeIfAbsent(values, all -> WrittenJson.object(groups, all));
    }

    private String text(Payload payload, int group) {
        return payload.groups().get(places[group]).text();
    }
}
