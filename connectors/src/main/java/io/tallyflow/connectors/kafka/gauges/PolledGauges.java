package io.tallyflow.connectors.kafka.gauges;

import io.tallyflow.schemas.progress.Metric;
import java.io.Serializable;
import java.util.List;

/**
 * Numbers that a source's coordinator shows as gauges, and asks for itself: it is the one place of
 * a job that there is once, and that nothing has to wait for.
 */
public interface PolledGauges extends Serializable, AutoCloseable {

    /** No numbers. */
    PolledGauges NONE =
            new PolledGauges() {

                private static final long serialVersionUID = 1L;

                @Override
                public List<Metric> gauges() {
                    return List.of();
                }

                @Override
                public List<Long> ask() {
                    return List.of();
                }
            };

    /** What they are. */
    List<Metric> gauges();

    /**
     * How they stand now.
     *
     * @return one for each gauge, in their order
     * @throws Exception if it cannot be said now; it is asked again
     */
    List<Long> ask() throws Exception;

    @Override
    default void close() {}
}
