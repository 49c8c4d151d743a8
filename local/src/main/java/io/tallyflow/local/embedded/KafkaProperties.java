package io.tallyflow.local.embedded;

import java.util.Map;
import java.util.Properties;

/** Broker settings that do not depend on where the node runs. */
final class KafkaProperties {

    private KafkaProperties() {}

    static Properties of(Map<String, String> place, int maxMessageBytes) {
        Properties all = new Properties();
        all.putAll(place);
        nothingIsLost(all, maxMessageBytes);
        oneNode(all);
        small(all);
        return all;
    }

    private static void nothingIsLost(Properties all, int maxMessageBytes) {
        all.setProperty("auto.create.topics.enable", "false");
        all.setProperty("log.retention.ms", "-1");
        all.setProperty("log.retention.bytes", "-1");
        all.setProperty("log.message.timestamp.type", "CreateTime");
        // Historic and future timestamps are the job's to judge, not the broker's.
        all.setProperty("log.message.timestamp.before.max.ms", Long.toString(Long.MAX_VALUE));
        all.setProperty("log.message.timestamp.after.max.ms", Long.toString(Long.MAX_VALUE));
        all.setProperty("message.max.bytes", Integer.toString(maxMessageBytes));
    }

    private static void oneNode(Properties all) {
        for (String topic : new String[] {"offsets.topic", "transaction.state.log"}) {
            all.setProperty(topic + ".replication.factor", "1");
            all.setProperty(topic + ".num.partitions", "1");
        }
        all.setProperty("transaction.state.log.min.isr", "1");
        all.setProperty("share.coordinator.state.topic.replication.factor", "1");
        all.setProperty("share.coordinator.state.topic.min.isr", "1");
        all.setProperty("default.replication.factor", "1");
        all.setProperty("min.insync.replicas", "1");
        all.setProperty("group.initial.rebalance.delay.ms", "0");
    }

    private static void small(Properties all) {
        all.setProperty("num.network.threads", "2");
        all.setProperty("num.io.threads", "4");
        all.setProperty("background.threads", "2");
        // The default would take 128 MiB of heap for a topic that is compacted once in a while.
        all.setProperty("log.cleaner.dedupe.buffer.size", Integer.toString(4 * 1024 * 1024));
        all.setProperty("metric.reporters", "");
    }
}
