package io.tallyflow.connectors.kafka.source;

import io.tallyflow.connectors.RecordedMetrics;
import io.tallyflow.connectors.kafka.gauges.GaugesWatch;
import io.tallyflow.connectors.kafka.gauges.PolledGauges;
import io.tallyflow.schemas.event.ParsedRecord;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.flink.api.connector.source.Boundedness;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.Source;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.api.connector.source.SourceReaderContext;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplitSerializer;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The reader and the enumerator that are tested, around ones that have one partition and never a
 * record. Where the partition ends, the test says, in the same process.
 */
final class ScriptedSource
        implements Source<ParsedRecord, KafkaPartitionSplit, UsageEventsEnumState> {

    private static final long serialVersionUID = 1L;
    private static final long PACE_MILLIS = 10;
    private static final AtomicLong END = new AtomicLong();

    static void end(long offset) {
        END.set(offset);
    }

    @Override
    public Boundedness getBoundedness() {
        return Boundedness.CONTINUOUS_UNBOUNDED;
    }

    @Override
    public SourceReader<ParsedRecord, KafkaPartitionSplit> createReader(
            SourceReaderContext context) {
        return new WatermarkedReader(
                new SilentReader(),
                WatermarkRules.defaults(),
                new ToldTime(WatermarkRules.defaults(), () -> 0),
                new EndOffsetWatch(new ScriptedEnds(), () -> 0),
                ReaderMetrics.register(new RecordedMetrics(), () -> 0),
                new BacklogSignal(context::sendSourceEventToCoordinator),
                new DefinitionsInlet(true, definitions -> {}),
                PACE_MILLIS);
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, UsageEventsEnumState> createEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context) {
        return new UsageEventsEnumerator(
                new OneSplit(context),
                context,
                new SameTopic(
                        new KafkaTopic("usage.events", new KafkaTopic.Group("group")),
                        Uuid.ZERO_UUID),
                new OneTopic(),
                new DefinitionsWatch(FollowedDefinitions.NONE, context, () -> 0),
                new GaugesWatch(PolledGauges.NONE, context));
    }

    @Override
    public SplitEnumerator<KafkaPartitionSplit, UsageEventsEnumState> restoreEnumerator(
            SplitEnumeratorContext<KafkaPartitionSplit> context, UsageEventsEnumState state) {
        throw new AssertionError("the job failed");
    }

    @Override
    public SimpleVersionedSerializer<KafkaPartitionSplit> getSplitSerializer() {
        return new KafkaPartitionSplitSerializer();
    }

    @Override
    public SimpleVersionedSerializer<UsageEventsEnumState> getEnumeratorCheckpointSerializer() {
        return new UsageEventsEnumState.Serializer();
    }

    private static final class ScriptedEnds implements PartitionEnds {
        @Override
        public Map<Integer, End> ask(Map<Integer, Long> nextOffsets) {
            return Map.of(0, End.at(END.get()));
        }

        @Override
        public void close() {}
    }

    private static final class OneTopic implements TopicIds {
        @Override
        public Uuid ask() {
            return Uuid.ONE_UUID;
        }

        @Override
        public void close() {}
    }

    private record OneSplit(SplitEnumeratorContext<KafkaPartitionSplit> context)
            implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {

        @Override
        public void start() {}

        @Override
        public void handleSplitRequest(int subtask, @Nullable String host) {}

        @Override
        public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {}

        @Override
        public void addReader(int subtask) {
            context.assignSplit(
                    new KafkaPartitionSplit(new TopicPartition("usage.events", 0), 0), subtask);
        }

        @Override
        public KafkaSourceEnumState snapshotState(long checkpointId) {
            return new KafkaSourceEnumState(List.of(), List.of(), true);
        }

        @Override
        public void close() {}
    }

    private static final class SilentReader
            implements SourceReader<ParsedRecord, KafkaPartitionSplit> {

        @Override
        public void start() {}

        @Override
        public InputStatus pollNext(ReaderOutput<ParsedRecord> output) {
            return InputStatus.NOTHING_AVAILABLE;
        }

        @Override
        public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
            return List.of();
        }

        @Override
        public CompletableFuture<Void> isAvailable() {
            return new CompletableFuture<>();
        }

        @Override
        public void addSplits(List<KafkaPartitionSplit> splits) {}

        @Override
        public void notifyNoMoreSplits() {}

        @Override
        public void close() {}
    }
}
