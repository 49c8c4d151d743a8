package io.tallyflow.jobs.metering;

import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.util.List;
import java.util.Map;

/**
 * What the pipeline is to do: which versions of meters, how long identities count, when windows
 * settle.
 *
 * @param subjectShards over how many keys the events of one subject are spread
 */
public record MeteringRules(
        List<MeterVersion> versions,
        DedupeRules dedupe,
        AggregateRules aggregate,
        int subjectShards) {

    /** How each version aggregates, by its name. */
    Map<String, Aggregation> aggregations() {
        return MeterVersion.aggregations(versions);
    }

    /** The definitions that count. */
    List<Meter> meters() {
        return MeterVersion.meters(versions);
    }
}
