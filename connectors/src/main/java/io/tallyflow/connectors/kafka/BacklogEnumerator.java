package io.tallyflow.connectors.kafka;

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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Kafka source's enumerator, which also tells Flink whether any reader has a backlog. Which
 * readers have one is in no state: every reader says so itself soon after it has started.
 */
final class BacklogEnumerator
        implements SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> {

    private static final Logger LOG = LoggerFactory.getLogger(BacklogEnumerator.class);

    private final SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator;
    private final SplitEnumeratorContext<KafkaPartitionSplit> context;
    private final Set<Integer> behind = new HashSet<>();

    /**
     * Null until a reader has spoken. What Flink knows then may be what the enumerator before this
     * one told it, so the first word is passed on, whatever it is.
     */
    private @Nullable Boolean told;

    BacklogEnumerator(
            SplitEnumerator<KafkaPartitionSplit, KafkaSourceEnumState> enumerator,
            SplitEnumeratorContext<KafkaPartitionSplit> context) {
        this.enumerator = enumerator;
        this.context = context;
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

    @Override
    public void start() {
        enumerator.start();
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
        enumerator.addReader(subtask);
    }

    @Override
    public KafkaSourceEnumState snapshotState(long checkpointId) throws Exception {
        return enumerator.snapshotState(checkpointId);
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
        enumerator.close();
    }
}
