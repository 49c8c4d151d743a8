package io.tallyflow.connectors.kafka.source;

import io.tallyflow.connectors.kafka.CommittedRecords;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks a real broker, for each partition by itself.
 *
 * <p>A partition ends at its high watermark, and readers come to its last stable offset: between
 * them lies a transaction that is still open, whose records may be committed yet, so it holds the
 * watermark. Without one, what is left to read may be nothing but transaction markers and records
 * of aborted transactions; one look tells.
 */
final class BrokerPartitionEnds implements PartitionEnds {

    private static final Logger LOG = LoggerFactory.getLogger(BrokerPartitionEnds.class);

    private final String topic;
    private final Patience patience;
    private final Admin admin;
    private final CommittedRecords records;

    BrokerPartitionEnds(String topic, Properties connection, Patience patience) {
        this.topic = topic;
        this.patience = patience;
        Properties properties = new Properties();
        properties.putAll(connection);
        properties.remove(AdminClientConfig.CLIENT_ID_CONFIG);
        this.admin = Admin.create(properties);
        this.records = new CommittedRecords(connection);
    }

    /**
     * How long is waited, so that answers come well within the idle time also when those of some
     * partitions do not come at all: what was said before an idle time without an answer counts no
     * more.
     *
     * @param answer for where partitions end
     * @param look for looking whether a stretch is empty, in all partitions together
     */
    record Patience(Duration answer, Duration look) {

        private static final Duration MOST_FOR_ANSWER = Duration.ofSeconds(2);
        private static final Duration MOST_FOR_LOOK = Duration.ofSeconds(1);

        static Patience within(Duration idleAfter) {
            return new Patience(
                    least(MOST_FOR_ANSWER, idleAfter.dividedBy(3)),
                    least(MOST_FOR_LOOK, idleAfter.dividedBy(3)));
        }

        private static Duration least(Duration a, Duration b) {
            return a.compareTo(b) <= 0 ? a : b;
        }
    }

    @Override
    public Map<Integer, End> ask(Map<Integer, Long> nextOffsets) {
        Map<Integer, End> told = new HashMap<>();
        try {
            Map<TopicPartition, CommittedRecords.Stretch> unread = new HashMap<>();
            Map<Integer, End> ends = listEnds(nextOffsets);
            nextOffsets.forEach(
                    (number, next) -> {
                        End end = ends.get(number);
                        if (end == null) {
                            return;
                        }
                        if (end.emptyFrom() <= next) {
                            told.put(number, End.at(next));
                        } else if (end.readableUpTo() < end.emptyFrom()) {
                            told.put(number, end);
                        } else {
                            unread.put(
                                    partition(number),
                                    new CommittedRecords.Stretch(next, end.emptyFrom()));
                        }
                    });
            look(unread, told);
        } catch (KafkaException e) {
            LOG.debug("The broker did not say where {} ends; the watermark holds", topic, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return told;
    }

    private void look(
            Map<TopicPartition, CommittedRecords.Stretch> unread, Map<Integer, End> told) {
        Set<TopicPartition> empty = records.empty(unread, patience.look());
        unread.forEach(
                (partition, stretch) ->
                        told.put(
                                partition.partition(),
                                End.at(empty.contains(partition) ? stretch.from() : stretch.to())));
    }

    /** Of those that say so; another's silence is no reason not to listen to them. */
    private Map<Integer, End> listEnds(Map<Integer, Long> nextOffsets) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        nextOffsets.keySet().forEach(number -> latest.put(partition(number), OffsetSpec.latest()));
        ListOffsetsResult high = list(latest, IsolationLevel.READ_UNCOMMITTED);
        ListOffsetsResult stable = list(latest, IsolationLevel.READ_COMMITTED);
        Map<Integer, End> ends = new HashMap<>();
        for (TopicPartition partition : latest.keySet()) {
            try {
                // Both at least what they were when asked: equal, nothing is open below them.
                long end = high.partitionResult(partition).get().offset();
                long readable = stable.partitionResult(partition).get().offset();
                ends.put(partition.partition(), new End(end, Math.min(readable, end)));
            } catch (ExecutionException e) {
                LOG.debug("{} did not say where it ends; its watermark holds", partition, e);
            }
        }
        return ends;
    }

    private ListOffsetsResult list(
            Map<TopicPartition, OffsetSpec> which, IsolationLevel isolation) {
        return admin.listOffsets(
                which,
                new ListOffsetsOptions(isolation)
                        .timeoutMs(Math.max(1, (int) patience.answer().toMillis())));
    }

    private TopicPartition partition(int number) {
        return new TopicPartition(topic, number);
    }

    @Override
    public void close() {
        try {
            admin.close(Duration.ZERO);
        } finally {
            records.close();
        }
    }
}
