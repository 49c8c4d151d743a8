package io.tallyflow.connectors.kafka.source;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumStateSerializer;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.common.Uuid;

/**
 * The state of Flink's own enumerator, and which topic it is about.
 *
 * @param topicId {@link Uuid#ZERO_UUID} if no broker has said it yet
 */
record UsageEventsEnumState(Uuid topicId, KafkaSourceEnumState kafka) {

    /**
     * The id in 16 bytes, the version of Flink's serializer in four, and what that wrote; numbers
     * with the high byte first.
     */
    static final class Serializer implements SimpleVersionedSerializer<UsageEventsEnumState> {

        private static final int VERSION = 1;
        private static final int HEAD_BYTES = 2 * Long.BYTES + Integer.BYTES;

        private final KafkaSourceEnumStateSerializer kafka = new KafkaSourceEnumStateSerializer();

        @Override
        public int getVersion() {
            return VERSION;
        }

        @Override
        public byte[] serialize(UsageEventsEnumState state) throws IOException {
            byte[] rest = kafka.serialize(state.kafka());
            return ByteBuffer.allocate(HEAD_BYTES + rest.length)
                    .putLong(state.topicId().getMostSignificantBits())
                    .putLong(state.topicId().getLeastSignificantBits())
                    .putInt(kafka.getVersion())
                    .put(rest)
                    .array();
        }

        @Override
        public UsageEventsEnumState deserialize(int version, byte[] bytes) throws IOException {
            if (version != VERSION) {
                throw new IOException("the source's state has the unknown version " + version);
            }
            try {
                ByteBuffer in = ByteBuffer.wrap(bytes);
                Uuid topicId = new Uuid(in.getLong(), in.getLong());
                int kafkaVersion = in.getInt();
                byte[] rest = new byte[in.remaining()];
                in.get(rest);
                return new UsageEventsEnumState(topicId, kafka.deserialize(kafkaVersion, rest));
            } catch (BufferUnderflowException e) {
                throw new IOException("the source's state is cut off", e);
            }
        }
    }
}
