package io.tallyflow.benchmarks.measure;

import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

/**
 * How many records of a topic all Kafka consumers of this process have fetched, as their own
 * metrics tell. The same for every program, whatever it is made of, and at no cost to it.
 */
final class ConsumedRecords {

    private static final String ATTRIBUTE = "records-consumed-total";

    private final MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    private final ObjectName consumers;
    private final Map<ObjectName, Long> seen = new HashMap<>();

    ConsumedRecords(String topic) {
        try {
            consumers =
                    new ObjectName(
                            "kafka.consumer:type=consumer-fetch-manager-metrics,client-id=*,topic="
                                    + topic);
        } catch (MalformedObjectNameException e) {
            throw new IllegalArgumentException("no topic: " + topic, e);
        }
    }

    /** Never falls, also when a consumer is closed. */
    long count() {
        for (ObjectName consumer : beans.queryNames(consumers, null)) {
            try {
                long now = ((Number) beans.getAttribute(consumer, ATTRIBUTE)).longValue();
                seen.merge(consumer, now, Math::max);
            } catch (JMException goneMeanwhile) {
                // What it had fetched is remembered.
            }
        }
        return seen.values().stream().mapToLong(Long::longValue).sum();
    }
}
