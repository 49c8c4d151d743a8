package io.tallyflow.connectors.kafka.source;

import io.tallyflow.connectors.kafka.gauges.GaugesWatch;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumerator;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.connector.kafka.source.enumerator.KafkaSourceEnumState;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.util.FlinkRuntimeException;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Kafka source's enumerator, which also tells Flink whether any reader has a backlog, and knows
 * which topic it is that is read, and what is counted. Which readers have a backlog is in no state:
 * every reader says so itself soon after it has started.
 */
final class UsageEventsEnumerator
        implements SplitEnumerator<KafkaPartitionSplit, UsageEventsEnumState> {

    private static final Logger LOG = LoggerFactory.getLogger(UsageEventsEnumerator.class);

    private static final long TOPIC_PACE_MILLIS = 10_000;

    private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator;
    private final SplitEnumeratorContext<KafkaPartitionSplit> context;
    private final SameTopic topic;
    private final TopicIds ids;
    private final DefinitionsWatch definitions;
    private final GaugesWatch gauges;
    private final Set<Integer> behind = new HashSet<>();

    /**
     * Null until a reader has spoken. What Flink knows then may be what the enumerator before this
     * one told it, so the first word is passed on, whatever it is.
     */
    private @Nullable Boolean told;

    UsageEventsEnumerator(
            SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
            SplitEnumeratorContext<KafkaPartitionSplit> context,
            SameTopic topic,
            TopicIds ids,
            DefinitionsWatch definitions,
            GaugesWatch gauges) {
        this.enumerator = enumerator;
        this.context = context;
        this.topic = topic;
        this.ids = ids;
        this.definitions = definitions;
        this.gauges = gauges;
    }

    @Override
    public void handleSourceEvent(int subtask, SourceEvent event) {
        if (event instanceof BacklogReport report) {
            heed(subtask, report);
        } else {
            enumerator.handleSourceEvent(subtask, event);
        }
    }

    private void heed(int subtask, BacklogReport report) {
        if (report.behind()) {
            behind.add(subtask);
        } else {
            behind.remove(subtask);
        }
        tell();
    }

    private void forget(int subtask) {
        if (behind.remove(subtask)) {
            tell();
        }
    }

    private void tell() {
        boolean backlog = !behind.isEmpty();
        if (!Objects.equals(told, backlog)) {
            sayWhatChanges(backlog);
            told = backlog;
            context.setIsProcessingBacklog(backlog);
        }
    }

    private void sayWhatChanges(boolean backlog) {
        if (backlog) {
            LOG.info("Readers are behind; checkpoints come at the interval for a backlog");
        } else if (told != null) {
            LOG.info("No reader is behind any more; checkpoints come at the usual interval");
        }
    }

    /**
     * Waits for the brokers' word: until it is there no checkpoint can be taken, so nothing is
     * committed that was read from another topic.
     */
    @Override
    public void start() {
        try {
            topic.heed(ids.ask());
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new FlinkRuntimeException("Kafka did not say which topic has the name", e);
        }
        context.callAsync(ids::ask, this::heed, TOPIC_PACE_MILLIS, TOPIC_PACE_MILLIS);
        definitions.start();
        gauges.start();
        enumerator.start();
    }

    /** Brokers that do not answer now are asked again. */
    private void heed(@Nullable Uuid now, @Nullable Throwable failure) {
        if (failure == null && now != null) {
            topic.heed(now);
        }
    }

    @Override
    public void handleSplitRequest(int subtask, @Nullable String host) {
        enumerator.handleSplitRequest(subtask, host);
    }

    /** Flink calls this for every reader that is lost, also if there are no splits to give back. */
    @Override
    public void addSplitsBack(List<KafkaPartitionSplit> splits, int subtask) {
        forget(subtask);
        enumerator.addSplitsBack(splits, subtask);
    }

    @Override
    public void addReader(int subtask) {
        forget(subtask);
        definitions.addReader(subtask);
        enumerator.addReader(subtask);
    }

    @Override
    public UsageEventsEnumState snapshotState(long checkpointId) throws Exception {
        return new UsageEventsEnumState(topic.id(), enumerator.snapshotState(checkpointId));
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        enumerator.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        enumerator.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void close() throws IOException {
        try {
            ids.close();
        } finally {
            definitions.close();
            gauges.close();
            enumerator.close();
        }
    }
}
