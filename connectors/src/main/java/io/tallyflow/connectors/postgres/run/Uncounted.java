package io.tallyflow.connectors.postgres.run;

import io.tallyflow.schemas.meter.MeterVersion;

/**
 * Time of a version for which nobody has counted the events that were accepted before the version
 * was asked for.
 *
 * @param version with the time that is its own and was not counted
 * @param request for the version: events that were counted by an earlier one are not in the totals
 * @param cutCommit number of the commit that registered the version; no event that is accepted
 *     after it lacks
 * @param streamLayer number of the layer of what the stream counts for the version
 */
public record Uncounted(MeterVersion version, long request, long cutCommit, int streamLayer) {}
