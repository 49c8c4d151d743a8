package io.tallyflow.jobs.metering;

import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.schemas.meter.Definitions;

/**
 * What the pipeline is to do: which versions of meters it begins with, how long identities count,
 * when windows settle.
 *
 * @param subjectShards over how many keys the events of one subject are spread
 */
public record MeteringRules(
        Definitions definitions, DedupeRules dedupe, AggregateRules aggregate, int subjectShards) {}
