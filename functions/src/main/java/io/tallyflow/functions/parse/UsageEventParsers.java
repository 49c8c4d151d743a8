package io.tallyflow.functions.parse;

import io.tallyflow.functions.paths.MeterPaths;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.meter.MeterVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.apache.flink.util.function.SerializableSupplier;

/**
 * Makes the parsers of a job: it travels to every task that reads, and each takes a parser of its
 * own, because a {@link UsageEventParser} is confined to one thread.
 */
public final class UsageEventParsers
        implements SerializableSupplier<Function<ConsumedRecord, ParsedRecord>> {

    private static final long serialVersionUID = 1L;

    private final ArrayList<MeterVersion> versions;

    /**
     * Parsers that note what meters will look for.
     *
     * @param versions of meters that the events will be given to
     */
    public UsageEventParsers(List<MeterVersion> versions) {
        this.versions = new ArrayList<>(versions);
    }

    /** Another parser, for one thread. */
    @Override
    public Function<ConsumedRecord, ParsedRecord> get() {
        return new UsageEventParser(MeterPaths.of(versions))::parse;
    }
}
