package io.tallyflow.connectors.kafka.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.kafka.gauges.GaugesWatch;
import io.tallyflow.connectors.kafka.gauges.PolledGauges;
import io.tallyflow.connectors.kafka.source.KafkaTopic.Group;
import io.tallyflow.connectors.kafka.source.KafkaTopic.Successor;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.TimeoutException;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.runtime.throwable.ThrowableClassifier;
import org.apache.flink.runtime.throwable.ThrowableType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The enumerator of the source itself; it is never started, so it asks no broker. */
final class UsageEventsEnumeratorTest {

    private static final BacklogReport BEHIND = new BacklogReport(true);
    private static final BacklogReport CAUGHT_UP = new BacklogReport(false);
    private static final Uuid FIRST = new Uuid(1, 2);
    private static final Uuid SECOND = new Uuid(3, 4);
    private static final KafkaPartitionSplit SPLIT =
            new KafkaPartitionSplit(new TopicPartition("usage.events", 0), 5);
    private static final Group GROUP = new Group("group");

    private KafkaTopic topic = new KafkaTopic("usage.events", GROUP);
    private final RecordingContext context = new RecordingContext();
    private final UsageEventsSource source = source();
    private final SplitEnumerator<KafkaPartitionSplit, UsageEventsEnumState> enumerator =
            source.createEnumerator(context);

    @Test
    void hasABacklogWhileAnyReaderHasOne() {
        enumerator.handleSourceEvent(0, BEHIND);
        enumerator.handleSourceEvent(1, BEHIND);
        enumerator.handleSourceEvent(0, CAUGHT_UP);
        assertThat(context.backlog).containsExactly(true);
        enumerator.handleSourceEvent(1, CAUGHT_UP);
        assertThat(context.backlog).containsExactly(true, false);
    }

    @Test
    void passesTheFirstWordOnBecauseFlinkMayRememberAnotherEnumerators() {
        enumerator.handleSourceEvent(0, CAUGHT_UP);
        enumerator.handleSourceEvent(1, CAUGHT_UP);
        assertThat(context.backlog).containsExactly(false);
    }

    @Test
    void forgetsAReaderThatIsLostUntilItSpeaksAgain() {
        enumerator.handleSourceEvent(0, BEHIND);
        enumerator.addSplitsBack(List.of(), 0);
        assertThat(context.backlog).containsExactly(true, false);
        enumerator.addReader(0);
        enumerator.handleSourceEvent(0, BEHIND);
        assertThat(context.backlog).containsExactly(true, false, true);
    }

    @Test
    void forgetsWhatAReaderSaidWhenAnotherTakesItsPlace() {
        enumerator.handleSourceEvent(0, BEHIND);
        enumerator.handleSourceEvent(1, BEHIND);
        enumerator.addReader(1);
        enumerator.addReader(0);
        assertThat(context.backlog).containsExactly(true, false);
    }

    @Test
    void saysNothingOfReadersThatHaveNotSpoken() {
        enumerator.addReader(0);
        enumerator.addSplitsBack(List.of(), 1);
        assertThat(context.backlog).isEmpty();
    }

    @Test
    void assignsWhatWasGivenBackToWhicheverReaderOwnsIt() {
        enumerator.addSplitsBack(List.of(SPLIT), 0);
        enumerator.addReader(1);
        assertThat(context.assigned)
                .singleElement()
                .extracting(given -> List.copyOf(given.assignment().values()))
                .isEqualTo(List.of(List.of(SPLIT)));
    }

    @Test
    void keepsTheStateOfFlinksOwnSourceAndWhichTopicItIsAbout() throws Exception {
        UsageEventsEnumState state =
                new UsageEventsEnumState(
                        FIRST, new KafkaSourceEnumState(List.of(SPLIT), List.of(), true));
        var serializer = source.getEnumeratorCheckpointSerializer();
        byte[] bytes = SimpleVersionedSerialization.writeVersionAndSerialize(serializer, state);
        var restored =
                source.restoreEnumerator(
                        context,
                        SimpleVersionedSerialization.readVersionAndDeSerialize(serializer, bytes));
        restored.handleSourceEvent(0, BEHIND);
        assertThat(context.backlog).containsExactly(true);
        assertThat(restored.snapshotState(1).topicId()).isEqualTo(FIRST);
        assertThat(restored.snapshotState(1).kafka().assignedSplits()).containsExactly(SPLIT);
        assertThat(
                        SimpleVersionedSerialization.writeVersionAndSerialize(
                                serializer, restored.snapshotState(1)))
                .isEqualTo(bytes);
    }

    @Test
    void refusesStateThatIsCutOffOrOfAnotherVersion() {
        var serializer = source.getEnumeratorCheckpointSerializer();
        assertThatThrownBy(() -> serializer.deserialize(1, new byte[19]))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> serializer.deserialize(2, new byte[64]))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 2");
    }

    @Test
    void learnsWhichTopicItReadsAndStaysWithIt() throws Exception {
        Broker broker = new Broker(FIRST);
        var started = started(Uuid.ZERO_UUID, broker);
        assertThat(started.snapshotState(1).topicId()).isEqualTo(FIRST);
        broker.id = null;
        context.periodic.forEach(Runnable::run);
        broker.id = FIRST;
        context.periodic.forEach(Runnable::run);
        broker.id = SECOND;
        assertThatThrownBy(() -> context.periodic.forEach(Runnable::run))
                .isInstanceOf(TopicReplacedException.class);
        started.close();
        assertThat(broker.closed).isTrue();
    }

    @Test
    void refusesForGoodToGoOnInATopicThatWasMadeAgain() {
        assertThatThrownBy(() -> started(FIRST, new Broker(SECOND)))
                .isInstanceOf(TopicReplacedException.class)
                .hasMessageStartingWith(
                        "TOPIC_REPLACED: Kafka's topic usage.events has the id " + SECOND)
                .hasMessageContaining("the id " + FIRST + ":")
                .hasMessageEndingWith("docs/operating/refusals/TOPIC_REPLACED.md")
                .satisfies(
                        replaced ->
                                assertThat(ThrowableClassifier.getThrowableType(replaced))
                                        .isEqualTo(ThrowableType.NonRecoverableError));
    }

    @Test
    void goesOnInTheTopicThatItIsToldStandsForTheOtherAndInNoThird() throws Exception {
        topic = new KafkaTopic("usage.events", GROUP, new Successor(SECOND.toString()));
        Broker broker = new Broker(SECOND);
        assertThat(started(FIRST, broker).snapshotState(1).topicId()).isEqualTo(SECOND);
        broker.id = FIRST;
        assertThatThrownBy(() -> context.periodic.forEach(Runnable::run))
                .isInstanceOf(TopicReplacedException.class);
        assertThatThrownBy(() -> new Successor("not an id"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void doesNotStartBeforeItKnowsWhichTopicItIs() {
        assertThatThrownBy(() -> started(FIRST, new Broker(null)))
                .hasRootCauseMessage("does not answer");
    }

    @Test
    void takesBrokersThatGiveNoIdsAtTheirWord() throws Exception {
        assertThat(started(FIRST, new Broker(Uuid.ZERO_UUID)).snapshotState(1).topicId())
                .isEqualTo(FIRST);
    }

    private UsageEventsEnumerator started(Uuid known, Broker broker) {
        UsageEventsEnumerator made =
                new UsageEventsEnumerator(
                        new NoPartitions(),
                        context,
                        new SameTopic(topic, known),
                        broker,
                        new DefinitionsWatch(FollowedDefinitions.NONE, context, () -> 0),
                        new GaugesWatch(PolledGauges.NONE, context));
        made.start();
        return made;
    }

    /** Says what the test says. */
    private static final class Broker implements TopicIds {
        private @Nullable Uuid id;
        private boolean closed;

        Broker(@Nullable Uuid id) {
            this.id = id;
        }

        @Override
        public Uuid ask() throws TimeoutException {
            if (id == null) {
                throw new TimeoutException("does not answer");
            }
            return id;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private static final class NoPartitions
            implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {
        @Override
        public void start() {}

        @Override
        public void handleSplitRequest(int subtask, @Nullable String host) {}

        @Override
        public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {}

        @Override
        public void addReader(int subtask) {}

        @Override
        public KafkaSourceEnumState snapshotState(long checkpointId) {
            return new KafkaSourceEnumState(List.of(), List.of(), true);
        }

        @Override
        public void close() {}
    }

    private static UsageEventsSource source() {
        Properties connection = new Properties();
        connection.setProperty("bootstrap.servers", "kafka.invalid:9092");
        return UsageEventsSource.unbounded(
                new KafkaTopic("usage.events", GROUP),
                connection,
                WatermarkRules.defaults(),
                () -> {
                    throw new AssertionError("there is nothing to parse");
                });
    }
}
