package io.tallyflow.connectors.kafka.source;

import io.tallyflow.connectors.kafka.gauges.GaugesWatch;
import io.tallyflow.connectors.kafka.gauges.PolledGauges;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.KafkaSourceBuilder;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.util.function.SerializableSupplier;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.Uuid;

/**
 * Usage events from Kafka: Flink's own Kafka source, with a reader around it that makes one
 * watermark per partition and says when it has a backlog. Use it with no watermark strategy.
 *
 * <p>State is that of Flink's own source, and the id of the topic: a start, and any later moment,
 * at which the topic of that name is another one fails with {@link TopicReplacedException}. While
 * any reader has more than 50,000 records left to read, and until it has 10,000 or fewer, Flink is
 * told of a backlog, so that checkpoints come at {@code
 * execution.checkpointing.interval-during-backlog}.
 *
 * <p>While it runs it asks whether something else is to be counted. One reader sends that down the
 * stream between two of its records: so it needs no input, watermark or channel of its own.
 */
public final class UsageEventsSource
        implements Source<ParsedRecord, KafkaPartitionSplit, UsageEventsEnumState> {

    private static final long serialVersionUID = 1L;
    private static final long FASTEST_PACE_MILLIS = 50;
    private static final long QUESTIONS_PER_IDLE_TIME = 10;
    private static final String DISCOVERY_MILLIS = "10000";

    private final KafkaSource<ParsedRecord> kafka;
    private final ParsingDeserializer parsing;
    private final FollowedDefinitions definitions;
    private final PolledGauges gauges;
    private final KafkaTopic topic;
    private final Properties connection;
    private final WatermarkRules rules;
    private final WallClock clock;

    private UsageEventsSource(
            KafkaSource<ParsedRecord> kafka,
            ParsingDeserializer parsing,
            FollowedDefinitions definitions,
            PolledGauges gauges,
            KafkaTopic topic,
            Properties connection,
            WatermarkRules rules,
            WallClock clock) {
        this.kafka = kafka;
        this.parsing = parsing;
        this.definitions = definitions;
        this.gauges = gauges;
        this.topic = topic;
        this.connection = connection;
        this.rules = rules;
        this.clock = clock;
    }

    /** The worker's clock, which only settling depends on; milliseconds since the epoch, UTC. */
    public interface WallClock extends LongSupplier, Serializable {}

    /**
     * A source that runs for ever.
     *
     * @param connection Kafka client properties, {@code bootstrap.servers} among them
     * @param parsers makes one for each reader, which turns a record into an event or a rejection
     *     and must not throw on any bytes
     */
    public static UsageEventsSource unbounded(
            KafkaTopic topic,
            Properties connection,
            WatermarkRules rules,
            SerializableSupplier<Function<ConsumedRecord, ParsedRecord>> parsers) {
        return following(FollowedDefinitions.NONE, topic, connection, rules, parsers);
    }

    /**
     * The same, and it tells the operators behind it whenever something else is to be counted.
     *
     * @param definitions what those are that the job is built with, and who tells of later ones
     */
    public static UsageEventsSource following(
            FollowedDefinitions definitions,
            KafkaTopic topic,
            Properties connection,
            WatermarkRules rules,
            SerializableSupplier<Function<ConsumedRecord, ParsedRecord>> parsers) {
        ParsingDeserializer parsing = new ParsingDeserializer(parsers, definitions.parsers());
        return new UsageEventsSource(
                builder(topic, connection, parsing).build(),
                parsing,
                definitions,
                PolledGauges.NONE,
                topic,
                connection,
                rules,
                System::currentTimeMillis);
    }

    /** A source that ends where the topic ends at its start; for tests and backfills. */
    public static UsageEventsSource boundedByNow(
            KafkaTopic topic,
            Properties connection,
            WatermarkRules rules,
            SerializableSupplier<Function<ConsumedRecord, ParsedRecord>> parsers) {
        ParsingDeserializer parsing =
                new ParsingDeserializer(parsers, FollowedDefinitions.NONE.parsers());
        return new UsageEventsSource(
                builder(topic, connection, parsing).setBounded(OffsetsInitializer.latest()).build(),
                parsing,
                FollowedDefinitions.NONE,
                PolledGauges.NONE,
                topic,
                connection,
                rules,
                System::currentTimeMillis);
    }

    /** The same source with a clock of the caller's. */
    public UsageEventsSource withClock(WallClock newClock) {
        return new UsageEventsSource(
                kafka, parsing, definitions, gauges, topic, connection, rules, newClock);
    }

    /** The same source, and its coordinator shows these numbers, too. */
    public UsageEventsSource withGauges(PolledGauges shown) {
        return new UsageEventsSource(
                kafka, parsing, definitions, shown, topic, connection, rules, clock);
    }

    private static KafkaSourceBuilder<ParsedRecord> builder(
            KafkaTopic topic, Properties connection, ParsingDeserializer parsing) {
        return KafkaSource.<ParsedRecord>builder()
                .setTopics(topic.name())
                .setGroupId(topic.group().name())
                .setStartingOffsets(new FromBeginningOnly())
                .setDeserializer(parsing)
                .setProperty(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed")
                .setProperty("partition.discovery.interval.ms", DISCOVERY_MILLIS)
                .setProperties(connection)
                .setProperty(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, "false");
    }

    @Override
    public Boundedness getBoundedness() {
        return kafka.getBoundedness();
    }

    @Override
    public SourceReader<ParsedRecord, KafkaPartitionSplit> createReader(SourceReaderContext context)
            throws Exception {
        return new WatermarkedReader(
                kafka.createReader(context),
                rules,
                new ToldTime(rules, clock),
                new EndOffsetWatch(
                        new BrokerPartitionEnds(
                                topic.name(),
                                connection,
                                BrokerPartitionEnds.Patience.within(rules.idleAfter())),
                        clock),
                ReaderMetrics.register(context.metricGroup(), clock),
                new BacklogSignal(context::sendSourceEventToCoordinator),
                new DefinitionsInlet(context.getIndexOfSubtask() == 0, parsing::heed),
                paceMillis(rules.idleAfter()));
    }

    /** How often the brokers are asked where partitions end. */
    static long paceMillis(Duration idleAfter) {
        return Math.max(FASTEST_PACE_MILLIS, idleAfter.toMillis() / QUESTIONS_PER_IDLE_TIME);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, UsageEventsEnumState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) {
        return enumerator(kafka.createEnumerator(context), context, Uuid.ZERO_UUID);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, UsageEventsEnumState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, UsageEventsEnumState state)
            throws IOException {
        return enumerator(
                kafka.restoreEnumerator(context, state.kafka()), context, state.topicId());
    }

    private UsageEventsEnumerator enumerator(
            SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> partitions,
            SplitEnumeratorContext<KafkaPartitionSplit> context,
            Uuid topicId) {
        return new UsageEventsEnumerator(
                partitions,
                context,
                new SameTopic(topic, topicId),
                new BrokerTopicIds(topic.name(), connection),
                new DefinitionsWatch(definitions, context, System::nanoTime),
                new GaugesWatch(gauges, context));
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return kafka.getSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<UsageEventsEnumState> getEnumeratorCheckpointSerializer() {
        return new UsageEventsEnumState.Serializer();
    }
}
