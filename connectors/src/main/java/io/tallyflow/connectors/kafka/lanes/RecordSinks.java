package io.tallyflow.connectors.kafka.lanes;

import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.event.RejectedRecord;
import java.util.Properties;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Sinks for records that people and backfills look at. At least once: the key {@code
 * topic-partition-offset} of the record they come from makes copies recognisable. The counts that
 * matter are in the ledger.
 */
public final class RecordSinks {

    private RecordSinks() {}

    /** Writes to {@code usage.rejected}. */
    public static KafkaSink<RejectedRecord> rejected(
            String topic, String eventsTopic, Properties connection) {
        KafkaRecordSerializationSchema<RejectedRecord> schema =
                (record, context, now) ->
                        new ProducerRecord<>(
                                topic,
                                RecordJson.key(eventsTopic, record.partition(), record.offset()),
                                RejectedRecordJson.format(eventsTopic, record));
        return KafkaSink.<RejectedRecord>builder()
                .setKafkaProducerConfig(connection)
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(schema)
                .build();
    }

    /** Writes to {@code usage.late}. */
    public static KafkaSink<LateEvent> late(
            String topic, String eventsTopic, Properties connection) {
        KafkaRecordSerializationSchema<LateEvent> schema =
                (late, context, now) ->
                        new ProducerRecord<>(
                                topic,
                                RecordJson.key(
                                        eventsTopic,
                                        late.event().partition(),
                                        late.event().offset()),
                                LateEventJson.format(eventsTopic, late));
        return KafkaSink.<LateEvent>builder()
                .setKafkaProducerConfig(connection)
                .setDeliveryGuarantee(DeliveryGuarantee.AT_LEAST_ONCE)
                .setRecordSerializer(schema)
                .build();
    }
}
