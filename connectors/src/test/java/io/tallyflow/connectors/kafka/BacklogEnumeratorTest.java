package io.tallyflow.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Properties;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** The enumerator of the source itself; it is never started, so it asks no broker. */
final class BacklogEnumeratorTest {

    private static final BacklogReport BEHIND = new BacklogReport(true);
    private static final BacklogReport CAUGHT_UP = new BacklogReport(false);
    private static final KafkaPartitionSplit SPLIT =
            new KafkaPartitionSplit(new TopicPartition("usage.events", 0), 5);

    private final RecordingContext context = new RecordingContext();
    private final UsageEventsSource source = source();
    private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator =
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
    void keepsTheStateOfFlinksOwnSource() throws Exception {
        KafkaSourceEnumState state = new KafkaSourceEnumState(List.of(SPLIT), List.of(), true);
        var serializer = source.getEnumeratorCheckpointSerializer();
        byte[] bytes = SimpleVersionedSerialization.writeVersionAndSerialize(serializer, state);
        var restored =
                source.restoreEnumerator(
                        context,
                        SimpleVersionedSerialization.readVersionAndDeSerialize(serializer, bytes));
        restored.handleSourceEvent(0, BEHIND);
        assertThat(context.backlog).containsExactly(true);
        assertThat(restored.snapshotState(1).assignedSplits()).containsExactly(SPLIT);
        assertThat(
                        SimpleVersionedSerialization.writeVersionAndSerialize(
                                serializer, restored.snapshotState(1)))
                .isEqualTo(bytes);
    }

    private static UsageEventsSource source() {
        Properties connection = new Properties();
        connection.setProperty("bootstrap.servers", "kafka.invalid:9092");
        return UsageEventsSource.unbounded(
                new KafkaTopic("usage.events", "group"),
                connection,
                WatermarkRules.defaults(),
                record -> {
                    throw new AssertionError("there is nothing to parse");
                });
    }
}
