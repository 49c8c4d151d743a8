package io.tallyflow.connectors.kafka.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.apache.flink.api.connector.source.ReaderInfo;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SplitEnumeratorContext;
import org.apache.flink.api.connector.source.SplitsAssignment;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.metrics.groups.SplitEnumeratorMetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

/** Remembers what an enumerator of two readers says; calls nothing by itself. */
public final class RecordingContext implements SplitEnumeratorContext<KafkaPartitionSplit> {

    final List<Boolean> backlog = new ArrayList<>();
    final List<SplitsAssignment<KafkaPartitionSplit>> assigned = new ArrayList<>();

    final List<String> sent = new ArrayList<>();

    /** What is to be done again and again. */
    public final List<Runnable> periodic = new ArrayList<>();

    @Override
    public void setIsProcessingBacklog(boolean isProcessingBacklog) {
        backlog.add(isProcessingBacklog);
    }

    @Override
    public void assignSplits(SplitsAssignment<KafkaPartitionSplit> assignment) {
        assigned.add(assignment);
    }

    @Override
    public int currentParallelism() {
        return registeredReaders().size();
    }

    @Override
    public Map<Integer, ReaderInfo> registeredReaders() {
        return Map.of(0, new ReaderInfo(0, "here"), 1, new ReaderInfo(1, "here"));
    }

    @Override
    public SplitEnumeratorMetricGroup metricGroup() {
        return UnregisteredMetricsGroup.createSplitEnumeratorMetricGroup();
    }

    @Override
    public void sendEventToSourceReader(int subtask, SourceEvent event) {
        sent.add(subtask + " " + event.getClass().getSimpleName());
    }

    @Override
    public void signalNoMoreSplits(int subtask) {}

    @Override
    public <T> void callAsync(Callable<T> callable, BiConsumer<T, Throwable> handler) {}

    @Override
    public <T> void callAsync(
            Callable<T> callable,
            BiConsumer<T, Throwable> handler,
            long initialDelayMillis,
            long periodMillis) {
        periodic.add(
                () -> {
                    try {
                        handler.accept(callable.call(), null);
                    } catch (TopicReplacedException e) {
                        throw e;
                    } catch (Exception e) {
                        handler.accept(null, e);
                    }
                });
    }

    @Override
    public void runInCoordinatorThread(Runnable runnable) {
        runnable.run();
    }
}
