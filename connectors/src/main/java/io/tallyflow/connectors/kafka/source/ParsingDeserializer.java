package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.meter.Definitions;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.flink.util.function.SerializableFunction;
import org.apache.flink.util.function.SerializableSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Parses inside the source, because the watermark of a partition is made there from event times.
 * Hands on every record, tombstones and garbage included: what is swallowed here would be missing
 * from the count of consumed records.
 */
final class ParsingDeserializer implements KafkaRecordDeserializationSchema<ParsedRecord> {

    private static final long serialVersionUID = 1L;

    private final SerializableSupplier<Function<ConsumedRecord, ParsedRecord>> parsers;
    private final SerializableFunction<Definitions, Function<ConsumedRecord, ParsedRecord>> later;

    /** Of the task that reads with this copy; a parser is confined to one thread. */
    private transient @Nullable Function<ConsumedRecord, ParsedRecord> parser;

    /**
     * @param later makes the parser that notes what later definitions look for
     */
    ParsingDeserializer(
            SerializableSupplier<Function<ConsumedRecord, ParsedRecord>> parsers,
            SerializableFunction<Definitions, Function<ConsumedRecord, ParsedRecord>> later) {
        this.parsers = parsers;
        this.later = later;
    }

    /** Parses for these definitions from now on; in the thread that reads. */
    void heed(Definitions definitions) {
        parser = later.apply(definitions);
    }

    @Override
    public void open(DeserializationSchema.InitializationContext context) {
        parser = parsers.get();
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<ParsedRecord> out) {
        out.collect(Objects.requireNonNull(parser, "not opened").apply(consumed(record)));
    }

    private static ConsumedRecord consumed(ConsumerRecord<byte[], byte[]> record) {
        return new ConsumedRecord(
                record.topic(),
                record.partition(),
                record.offset(),
                record.timestamp(),
                record.value(),
                headers(record.headers()));
    }

    private static List<RecordHeader> headers(Headers headers) {
        Iterator<Header> rest = headers.iterator();
        if (!rest.hasNext()) {
            return List.of();
        }
        List<RecordHeader> all = new ArrayList<>();
        while (rest.hasNext()) {
            Header header = rest.next();
            all.add(new RecordHeader(header.key(), header.value()));
        }
        return all;
    }

    @Override
    public TypeInformation<ParsedRecord> getProducedType() {
        return TypeInformation.of(ParsedRecord.class);
    }
}
