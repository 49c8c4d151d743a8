package io.tallyflow.jobs.metering;

import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.usage.UsageChange;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.source.Source;

/**
 * Where the pipeline begins and ends. The same pipeline runs between lists in a test, embedded
 * servers in {@code up}, and the servers of a cluster.
 *
 * @param events makes its own watermarks, one per partition
 */
public record MeteringEnds(
        Source<ParsedRecord, ?, ?> events,
        Sink<UsageChange> usage,
        Sink<RejectedRecord> rejected,
        Sink<LateEvent> late,
        LakeEnd lake) {}
