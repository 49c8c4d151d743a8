package io.tallyflow.connectors.kafka.source;

import io.tallyflow.schemas.event.ParsedRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.connector.source.ReaderOutput;
import org.apache.flink.api.connector.source.SourceEvent;
import org.apache.flink.api.connector.source.SourceOutput;
import org.apache.flink.api.connector.source.SourceReader;
import org.apache.flink.connector.kafka.source.split.KafkaPartitionSplit;
import org.apache.flink.core.io.InputStatus;
import org.apache.flink.util.ExceptionUtils;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A reader that makes the watermark of each of its partitions itself, because only here are known
 * together which partitions the reader has (also those that never sent anything), how far each is
 * read, and where each ends. For the same reason it says here when it has a backlog. It is told
 * what is counted, too.
 */
final class WatermarkedReader implements SourceReader<ParsedRecord, KafkaPartitionSplit> {

    private static final Logger LOG = LoggerFactory.getLogger(WatermarkedReader.class);

    /** Records between two watermarks while there is more to read. */
    private static final int RECORDS_PER_WATERMARK = 256;

    private final SourceReader<ParsedRecord, KafkaPartitionSplit> reader;
    private final WatermarkRules rules;
    private final ToldTime told;
    private final EndOffsetWatch watch;
    private final ReaderMetrics metrics;
    private final BacklogSignal backlog;
    private final DefinitionsInlet definitions;
    private final long paceMillis;
    private final Map<String, Partition> partitions = new HashMap<>();
    private final LackOfPartitions lack;
    private @Nullable PartitionedOutput partitionedOutput;
    private int sinceWatermark;

    WatermarkedReader(
            SourceReader<ParsedRecord, KafkaPartitionSplit> reader,
            WatermarkRules rules,
            ToldTime told,
            EndOffsetWatch watch,
            ReaderMetrics metrics,
            BacklogSignal backlog,
            DefinitionsInlet definitions,
            long paceMillis) {
        this.reader = reader;
        this.rules = rules;
        this.told = told;
        this.lack = new LackOfPartitions(rules.idleAfter());
        this.watch = watch;
        this.metrics = metrics;
        this.backlog = backlog;
        this.definitions = definitions;
        this.paceMillis = paceMillis;
    }

    @Override
    public void start() {
        reader.start();
        watch.start(paceMillis);
    }

    @Override
    public InputStatus pollNext(ReaderOutput<ParsedRecord> output) throws Exception {
        definitions.emit(output);
        lack.end(output, partitions.size());
        heedEndOffsets(output);
        InputStatus status = read(output);
        if (status != InputStatus.MORE_AVAILABLE || ++sinceWatermark >= RECORDS_PER_WATERMARK) {
            emitWatermarks(output);
        }
        if (status == InputStatus.END_OF_INPUT) {
            backlog.remaining(0); // it is not asked any more, and would stay behind for ever
        }
        return status;
    }

    private InputStatus read(ReaderOutput<ParsedRecord> output) throws Exception {
        try {
            return reader.pollNext(listeningTo(output));
        } catch (RuntimeException e) {
            InvalidOffsetException gone =
                    ExceptionUtils.findThrowable(e, InvalidOffsetException.class)
                            .orElseThrow(() -> e);
            throw new RecordsLostException(nextOffsets(gone.partitions()));
        }
    }

    private Map<TopicPartition, Long> nextOffsets(Set<TopicPartition> lost) {
        Map<TopicPartition, Long> next = new HashMap<>();
        for (Partition partition : partitions.values()) {
            for (TopicPartition one : lost) {
                if (one.partition() == partition.number) {
                    next.put(one, partition.watermark.nextOffset());
                }
            }
        }
        return next;
    }

    private PartitionedOutput listeningTo(ReaderOutput<ParsedRecord> output) {
        PartitionedOutput current = partitionedOutput;
        if (current == null || current.output != output) {
            current = new PartitionedOutput(output);
            partitionedOutput = current;
        }
        return current;
    }

    private void heedEndOffsets(ReaderOutput<ParsedRecord> output) {
        EndOffsetWatch.Answer answer = watch.take();
        if (answer == null) {
            return;
        }
        for (Partition partition : partitions.values()) {
            PartitionEnds.End end = answer.ends().get(partition.number);
            if (end != null) {
                partition.readableUpTo = end.readableUpTo();
                partition.watermark.onEndOffset(end.emptyFrom(), answer.askedAtMillis());
            }
        }
        lack.heed(output, partitions.size(), answer.askedAtMillis());
        backlog.remaining(remainingRecords());
        sayWhichAreIdle();
        emitWatermarks(output);
    }

    /** An upper bound: offsets without a record count as well. */
    private long remainingRecords() {
        long sum = 0;
        for (Partition partition : partitions.values()) {
            sum += Math.max(0, partition.readableUpTo - partition.watermark.nextOffset());
        }
        return sum;
    }

    private void sayWhichAreIdle() {
        List<Integer> news = new ArrayList<>();
        for (Partition partition : partitions.values()) {
            if (partition.watermark.isIdle() && !partition.saidIdle) {
                partition.saidIdle = true;
                news.add(partition.number);
            }
        }
        if (!news.isEmpty()) {
            LOG.info(
                    "Partitions {} have had nothing to read that tells the time for {} s; while that"
                            + " is so, their watermark follows the clock",
                    news,
                    rules.idleAfter().toSeconds());
        }
    }

    private void emitWatermarks(ReaderOutput<ParsedRecord> output) {
        sinceWatermark = 0;
        partitions.forEach(
                (split, partition) -> {
                    watch.moved(partition.number, partition.watermark.nextOffset());
                    long millis = partition.watermark.millis();
                    if (millis > partition.emittedMillis) {
                        partition.emittedMillis = millis;
                        output.createOutputForSplit(split).emitWatermark(new Watermark(millis));
                    }
                });
        showWhereTheyStand();
    }

    private void showWhereTheyStand() {
        long lowest = partitions.isEmpty() ? Long.MIN_VALUE : Long.MAX_VALUE;
        int idle = 0;
        for (Partition partition : partitions.values()) {
            lowest = Math.min(lowest, partition.watermark.millis());
            idle += partition.watermark.isIdle() ? 1 : 0;
        }
        metrics.stand(lowest, partitions.size(), idle);
    }

    @Override
    public void addSplits(List<KafkaPartitionSplit> splits) {
        for (KafkaPartitionSplit split : splits) {
            // A partition that was added to the topic comes with a mark for "the beginning".
            long next = Math.max(0, split.getStartingOffset());
            partitions.put(
                    split.splitId(),
                    new Partition(split.getPartition(), new PartitionWatermark(rules, next)));
            watch.moved(split.getPartition(), next);
        }
        reader.addSplits(splits);
    }

    @Override
    public CompletableFuture<Void> isAvailable() {
        CompletableFuture<Void> available = reader.isAvailable();
        if (available.isDone()) {
            return available;
        }
        // pollNext() throws what there is to throw; here it would end the whole worker.
        return CompletableFuture.anyOf(available, watch.news(), definitions.news())
                .handle((any, failure) -> any)
                .thenAccept(any -> {});
    }

    @Override
    public List<KafkaPartitionSplit> snapshotState(long checkpointId) {
        return reader.snapshotState(checkpointId);
    }

    @Override
    public void notifyNoMoreSplits() {
        reader.notifyNoMoreSplits();
    }

    @Override
    public void handleSourceEvents(SourceEvent event) {
        if (event instanceof DefinitionsEvent told) {
            definitions.heed(told.definitions());
        } else {
            reader.handleSourceEvents(event);
        }
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        reader.notifyCheckpointComplete(checkpointId);
    }

    @Override
    public void notifyCheckpointAborted(long checkpointId) throws Exception {
        reader.notifyCheckpointAborted(checkpointId);
    }

    @Override
    public void close() throws Exception {
        try {
            watch.close();
        } finally {
            reader.close();
        }
    }

    /** One of the reader's partitions. */
    private static final class Partition {
        private final int number;
        private final PartitionWatermark watermark;
        private long emittedMillis = Long.MIN_VALUE;

        /** As of the last answer; 0 before the first, as if there were nothing to read. */
        private long readableUpTo;

        private boolean saidIdle;

        Partition(int number, PartitionWatermark watermark) {
            this.number = number;
            this.watermark = watermark;
        }
    }

    /** Listens to what the reader emits. */
    private final class PartitionedOutput implements ReaderOutput<ParsedRecord> {
        private final ReaderOutput<ParsedRecord> output;

        PartitionedOutput(ReaderOutput<ParsedRecord> output) {
            this.output = output;
        }

        @Override
        public SourceOutput<ParsedRecord> createOutputForSplit(String split) {
            Partition partition = partitions.get(split);
            if (partition == null) {
                throw new IllegalStateException("never got split " + split);
            }
            return new ListeningOutput(
                    output.createOutputForSplit(split), told, partition.watermark);
        }

        @Override
        public void releaseOutputForSplit(String split) {
            partitions.remove(split);
            output.releaseOutputForSplit(split);
        }

        @Override
        public void collect(ParsedRecord record) {
            output.collect(record);
        }

        @Override
        public void collect(ParsedRecord record, long timestamp) {
            output.collect(record, timestamp);
        }

        @Override
        public void emitWatermark(Watermark watermark) {
            output.emitWatermark(watermark);
        }

        @Override
        public void markIdle() {
            output.markIdle();
        }

        @Override
        public void markActive() {
            output.markActive();
        }
    }
}
