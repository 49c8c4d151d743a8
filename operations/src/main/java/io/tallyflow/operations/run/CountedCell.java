package io.tallyflow.operations.run;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was counted of a cell. */
final class CountedCell {

    private UsagePartial partial = UsagePartials.NONE;
    private @Nullable Set<String> values;

    UsagePartial partial(Aggregation aggregation) {
        return UsagePartials.keptBy(aggregation, partial);
    }

    long readings() {
        return partial.readings();
    }

    /** Distinct ones, of a meter that counts these. */
    Set<String> values() {
        return values == null ? Set.of() : values;
    }

    void add(UsagePartial reading) {
        partial = UsagePartials.merge(partial, reading);
    }

    /** Whether the value is new. */
    boolean addValue(String value) {
        if (values == null) {
            values = new HashSet<>();
        }
        return values.add(value);
    }

    void add(CountedCell other) {
        partial = UsagePartials.merge(partial, other.partial);
        if (other.values != null) {
            if (values == null) {
                values = other.values;
            } else {
                values.addAll(other.values);
            }
        }
    }
}
