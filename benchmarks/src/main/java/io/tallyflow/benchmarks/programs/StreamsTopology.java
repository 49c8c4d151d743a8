package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.collect.Collected;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.state.WindowStoreIterator;

/**
 * Deduplicates by a window store, as Kafka's own examples do, repartitions by subject, model and
 * region, and adds up by minute. Between the topics goes no more than a key and eight bytes. What
 * has been seen is kept for a day, and windows take late records for as long: tasks read their
 * partitions at different speeds.
 */
final class StreamsTopology {

    /** End of the repartition topic's name. */
    static final String REPARTITION = "totals-repartition";

    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final Duration REMEMBERED = Duration.ofDays(1);
    private static final String SEEN = "seen";
    private static final char SEPARATOR = '|';

    private static final Map<TaskId, Collected> BY_TASK = new ConcurrentHashMap<>();

    private StreamsTopology() {}

    /** What a group came to in a minute. */
    record Sums(long requests, long tokens) {

        Sums plus(long more) {
            return new Sums(requests + 1, tokens + more);
        }
    }

    static Topology of(String topic, Properties properties) {
        StreamsBuilder builder = new StreamsBuilder();
        builder.addStateStore(
                Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(SEEN, REMEMBERED, REMEMBERED, false),
                        Serdes.String(),
                        Serdes.Long()));
        builder.stream(
                        topic,
                        Consumed.with(Serdes.String(), events())
                                .withTimestampExtractor(
                                        (record, partitionTime) ->
                                                ((PeerEvent) record.value()).timeMillis()))
                .process(FirstOfIdentity::new, SEEN)
                .groupByKey(Grouped.with("totals", Serdes.String(), Serdes.Long()))
                .windowedBy(TimeWindows.ofSizeAndGrace(WINDOW, REMEMBERED))
                .aggregate(
                        () -> new Sums(0, 0),
                        (key, tokens, sums) -> sums.plus(tokens),
                        Materialized.<String, Sums, WindowStore<Bytes, byte[]>>as("totals")
                                .withKeySerde(Serdes.String())
                                .withValueSerde(sums())
                                .withRetention(REMEMBERED.plus(WINDOW))
                                .withCachingEnabled())
                .toStream()
                .process(Collecting::new);
        return builder.build(properties);
    }

    private static Serde<PeerEvent> events() {
        Serializer<PeerEvent> never =
                (topic, event) -> {
                    throw new UnsupportedOperationException("events are only read");
                };
        return Serdes.serdeFrom(never, (topic, bytes) -> parse(bytes));
    }

    private static PeerEvent parse(byte[] bytes) {
        try {
            return PeerEvent.parse(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Serde<Sums> sums() {
        Serializer<Sums> serializer =
                (topic, sums) ->
                        ByteBuffer.allocate(2 * Long.BYTES)
                                .putLong(sums.requests())
                                .putLong(sums.tokens())
                                .array();
        Deserializer<Sums> deserializer =
                (topic, bytes) -> {
                    ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    return new Sums(buffer.getLong(), buffer.getLong());
                };
        return Serdes.serdeFrom(serializer, deserializer);
    }

    private static final class FirstOfIdentity
            extends ContextualProcessor<String, PeerEvent, String, Long> {

        @SuppressWarnings("NullAway.Init") // by init
        private WindowStore<String, Long> seen;

        @Override
        public void init(ProcessorContext<String, Long> context) {
            super.init(context);
            seen = context.getStateStore(SEEN);
        }

        @Override
        public void process(Record<String, PeerEvent> record) {
            PeerEvent event = record.value();
            String identity = event.identity();
            if (!isKnown(identity, record.timestamp())) {
                seen.put(identity, record.timestamp(), record.timestamp());
                String group =
                        event.subject() + SEPARATOR + event.model() + SEPARATOR + event.region();
                context().forward(record.withKey(group).withValue(event.tokens()));
            }
        }

        private boolean isKnown(String identity, long time) {
            Instant around = Instant.ofEpochMilli(time);
            try (WindowStoreIterator<Long> found =
                    seen.fetch(identity, around.minus(REMEMBERED), around.plus(REMEMBERED))) {
                return found.hasNext();
            }
        }
    }

    private static final class Collecting
            extends ContextualProcessor<Windowed<String>, Sums, Void, Void> {

        @SuppressWarnings("NullAway.Init") // by init
        private Collected collected;

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            super.init(context);
            // A task that moves to another thread takes its results along.
            collected = BY_TASK.computeIfAbsent(context.taskId(), unknown -> Collected.open());
        }

        @Override
        public void process(Record<Windowed<String>, Sums> record) {
            String group = record.key().key();
            int first = group.indexOf(SEPARATOR);
            int second = group.indexOf(SEPARATOR, first + 1);
            collected.put(
                    group.substring(0, first),
                    group.substring(first + 1, second),
                    group.substring(second + 1),
                    record.key().window().start(),
                    record.value().requests(),
                    record.value().tokens());
        }
    }
}
