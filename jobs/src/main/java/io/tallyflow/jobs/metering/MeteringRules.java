package io.tallyflow.jobs.metering;

import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the pipeline is to do: which meters, how long identities count, when windows settle.
 *
 * @param subjectShards over how many keys the events of one subject are spread
 */
public record MeteringRules(
        List<Meter> meters, DedupeRules dedupe, AggregateRules aggregate, int subjectShards) {

    /** How each meter aggregates, by slug. */
    Map<String, Aggregation> aggregations() {
        return meters.stream().collect(Collectors.toMap(Meter::slug, Meter::aggregation));
    }
}
