package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.kafka.source.reader.deserializer.KafkaRecordDeserializationSchema;
import org.apache.flink.util.Collector;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;

/**
 * Parses inside the source, because the watermark of a partition is made there from event times.
 * Hands on every record, tombstones and garbage included: what is swallowed here would be missing
 * from the count of consumed records.
 */
final class ParsingDeserializer implements KafkaRecordDeserializationSchema<ParsedRecord> {

    private static final long serialVersionUID = 1L;

    private final RecordParser parser;

    ParsingDeserializer(RecordParser parser) {
        this.parser = parser;
    }

    @Override
    public void deserialize(ConsumerRecord<byte[], byte[]> record, Collector<ParsedRecord> out) {
        out.collect(
                parser.parse(
                        new ConsumedRecord(
                                record.topic(),
                                record.partition(),
                                record.offset(),
                                record.timestamp(),
                                record.value(),
                                headers(record.headers()))));
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
