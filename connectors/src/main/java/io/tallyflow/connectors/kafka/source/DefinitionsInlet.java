package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.PackedDefinitions;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.jspecify.annotations.Nullable;

/**
 * Where a reader puts what it is told of definitions: its parser notes other values from then on,
 * and one of the readers sends them down the stream, between two of its records. Confined to the
 * reader's thread.
 */
final class DefinitionsInlet {

    private final boolean sends;
    private final Consumer<Definitions> parser;
    private @Nullable PackedDefinitions waiting;
    private CompletableFuture<Void> news = new CompletableFuture<>();
    private long request = Definitions.NO_REQUEST;

    /**
     * @param sends whether it is this reader that sends them on: exactly one does
     * @param parser what records are parsed for from now on
     */
    DefinitionsInlet(boolean sends, Consumer<Definitions> parser) {
        this.sends = sends;
        this.parser = parser;
    }

    void heed(PackedDefinitions told) {
        if (told.request() <= request) {
            return;
        }
        request = told.request();
        parser.accept(told.unpack());
        if (sends) {
            waiting = told;
            news.complete(null);
        }
    }

    /** Sends what waits. */
    void emit(ReaderOutput<ParsedRecord> output) {
        PackedDefinitions next = waiting;
        if (next != null) {
            waiting = null;
            news = new CompletableFuture<>();
            output.collect(ParsedRecord.of(next));
        }
    }

    /** Completes when something waits. */
    CompletableFuture<?> news() {
        return news;
    }
}
