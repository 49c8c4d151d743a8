package io.tallyflow.operations.explain;

import io.tallyflow.schemas.meter.MeterVersion;
import java.time.Instant;

/** Hears what is found. */
public interface ExplainListener {

    /**
     * It is known what is asked for.
     *
     * @param version that owns the window
     * @param end exclusive
     */
    default void begins(MeterVersion version, Instant start, Instant end) {}

    /** The lake does not hold yet what Postgres shows. */
    default void waitsForLake() {}

    /** An event of the window; in no order. */
    default void found(ExplainedEvent event) {}
}
