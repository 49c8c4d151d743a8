package io.tallyflow.operations.counting;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What was counted of a cell. */
public final class CountedCell {

    private UsagePartial partial = UsagePartials.NONE;
    private @Nullable Set<String> values;

    public UsagePartial partial(Aggregation aggregation) {
        return UsagePartials.keptBy(aggregation, partial);
    }

    public long readings() {
        return partial.readings();
    }

    /** Distinct ones, of a meter that counts these. */
    public Set<String> values() {
        return values == null ? Set.of() : values;
    }

    public void add(UsagePartial reading) {
        partial = UsagePartials.merge(partial, reading);
    }

    /** Whether the value is new. */
    public boolean addValue(String value) {
        if (values == null) {
            values = new HashSet<>();
        }
        return values.add(value);
    }

    public void add(CountedCell other) {
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
