package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.meter.Definitions;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Where it stands what is to be counted. */
public interface DefinitionsFeed extends Serializable, AutoCloseable {

    /**
     * What is counted by now.
     *
     * @param request what is known is of this one
     * @return null if there is none after that
     * @throws Exception if it cannot be said now; it is asked again
     */
    @Nullable Definitions after(long request) throws Exception;

    @Override
    default void close() {}
}
