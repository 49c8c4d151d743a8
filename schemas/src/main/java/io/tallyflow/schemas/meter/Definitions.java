package io.tallyflow.schemas.meter;

import io.tallyflow.schemas.measure.Aggregation;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is counted: every version of a meter that was asked for up to a request, and not taken back.
 * Later requests make other definitions, with a greater number; those of one number are the same
 * for everybody.
 *
 * @param request number of the newest request; {@link #NO_REQUEST} if nobody asked
 * @param versions each version of a slug once
 */
public record Definitions(long request, List<MeterVersion> versions) implements Serializable {

    /** Comes before all requests. */
    public static final long NO_REQUEST = 0;

    public Definitions {
        versions = List.copyOf(versions);
    }

    /** The first versions of meters that nobody asked for, each slug once. */
    public static Definitions ofFirsts(List<Meter> meters) {
        return new Definitions(NO_REQUEST, MeterVersion.firsts(meters));
    }

    /** How each version aggregates, by its name. */
    public Map<String, Aggregation> aggregations() {
        return versions.stream()
                .collect(
                        Collectors.toMap(
                                MeterVersion::name, version -> version.meter().aggregation()));
    }
}
