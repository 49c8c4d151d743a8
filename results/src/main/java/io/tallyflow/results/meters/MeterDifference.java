package io.tallyflow.results.meters;

import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.Meter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How one meter of a file differs from what Postgres knows.
 *
 * @param fields that differ, in the order of a meter file
 */
public record MeterDifference(String slug, Kind kind, List<Field> fields) {

    /** What a start with the file would do, if it is not the file of the start before. */
    public enum Kind {
        /** It is counted from then on. */
        ADDED,
        /** It is counted again: the next version counts from the next boundary on. */
        RESUMED,
        UNCHANGED,
        /** Its description is another; what it counts stays as it is. */
        DESCRIBED,
        /** Its meaning is another: the next version counts from the next boundary on. */
        CHANGED,
        /** Its aggregation or window size is another: that takes another slug. */
        REFUSED,
        /** The file lacks it: it is retired. */
        MISSING
    }

    /** A field of a meter file with both of its values; null where it is absent. */
    public record Field(String name, @Nullable String known, @Nullable String wanted) {}

    private static final String DESCRIPTION = "description";
    private static final String AGGREGATION = "aggregation";
    private static final String WINDOW_SIZE = "windowSize";
    private static final Set<String> OF_ALL_VERSIONS = Set.of(AGGREGATION, WINDOW_SIZE);

    /**
     * All of them: first the meters of the file in its order, then those that it lacks by slug.
     *
     * @param known all meters that were ever counted
     */
    public static List<MeterDifference> between(List<DefinedMeter> known, List<Meter> wanted) {
        Map<String, DefinedMeter> bySlug = new LinkedHashMap<>();
        known.forEach(defined -> bySlug.put(defined.meter().slug(), defined));
        List<MeterDifference> all = new ArrayList<>();
        for (Meter meter : wanted) {
            all.add(of(bySlug.remove(meter.slug()), meter));
        }
        bySlug.values().stream()
                .filter(DefinedMeter::inForce)
                .map(gone -> new MeterDifference(gone.meter().slug(), Kind.MISSING, List.of()))
                .forEach(all::add);
        return all;
    }

    /** Whether anything would be counted or described otherwise than it is. */
    public boolean isAny() {
        return kind != Kind.UNCHANGED;
    }

    private static MeterDifference of(@Nullable DefinedMeter known, Meter wanted) {
        if (known == null) {
            return new MeterDifference(wanted.slug(), Kind.ADDED, List.of());
        }
        List<Field> fields = fields(known.meter(), wanted);
        return new MeterDifference(wanted.slug(), kind(known.inForce(), fields), fields);
    }

    private static Kind kind(boolean inForce, List<Field> fields) {
        if (fields.stream().anyMatch(field -> OF_ALL_VERSIONS.contains(field.name()))) {
            return Kind.REFUSED;
        }
        if (!fields.stream().allMatch(field -> field.name().equals(DESCRIPTION))) {
            return Kind.CHANGED;
        }
        if (!inForce) {
            return Kind.RESUMED;
        }
        return fields.isEmpty() ? Kind.UNCHANGED : Kind.DESCRIBED;
    }

    private static List<Field> fields(Meter known, Meter wanted) {
        Map<String, @Nullable String> before = texts(known);
        Map<String, @Nullable String> after = texts(wanted);
        return before.keySet().stream()
                .map(name -> new Field(name, before.get(name), after.get(name)))
                .filter(field -> !Objects.equals(field.known(), field.wanted()))
                .toList();
    }

    /** The fields as people know them from a meter file. */
    private static Map<String, @Nullable String> texts(Meter meter) {
        Map<String, @Nullable String> texts = new LinkedHashMap<>();
        texts.put(DESCRIPTION, meter.description().isEmpty() ? null : meter.description());
        texts.put("eventType", meter.eventType());
        texts.put(AGGREGATION, meter.aggregation().name());
        texts.put("valueProperty", meter.valuePath() == null ? null : meter.valuePath().text());
        texts.put("groupBy", meter.groupBy().isEmpty() ? null : groups(meter.groupBy()));
        texts.put(WINDOW_SIZE, meter.windowSize().name());
        return texts;
    }

    private static String groups(List<GroupDimension> groups) {
        return groups.stream()
                .map(group -> group.name() + "=" + group.path().text())
                .collect(Collectors.joining(", "));
    }
}
