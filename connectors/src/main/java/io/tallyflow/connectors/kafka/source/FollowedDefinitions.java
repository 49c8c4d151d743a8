package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.meter.Definitions;
import java.io.Serializable;
import java.util.function.Function;
import org.apache.flink.util.function.SerializableFunction;

/**
 * How a source follows what is counted while it runs.
 *
 * @param request the job is built with the definitions of this one
 * @param feed tells of later ones
 * @param parsers makes the parser of a reader for later ones
 */
public record FollowedDefinitions(
        long request,
        DefinitionsFeed feed,
        SerializableFunction<Definitions, Function<ConsumedRecord, ParsedRecord>> parsers)
        implements Serializable {

    /** Nothing but what the job is built with. */
    static final FollowedDefinitions NONE =
            new FollowedDefinitions(
                    Definitions.NO_REQUEST,
                    request -> null,
                    definitions -> {
                        throw new IllegalStateException("nobody tells of " + definitions);
                    });
}
