package io.tallyflow.connectors.kafka.source;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/** Asks a real broker; connects with the first question. */
final class BrokerTopicIds implements TopicIds {

    private static final long PATIENCE_SECONDS = 30;

    private final String topic;
    private final Properties properties = new Properties();
    private @Nullable Admin admin;

    BrokerTopicIds(String topic, Properties connection) {
        this.topic = topic;
        properties.putAll(connection);
        properties.remove(AdminClientConfig.CLIENT_ID_CONFIG);
    }

    @Override
    public Uuid ask() throws Exception {
        return Objects.requireNonNull(
                        open().describeTopics(List.of(topic))
                                .allTopicNames()
                                .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                                .get(topic),
                        topic)
                .topicId();
    }

    private synchronized Admin open() {
        Admin current = admin;
        if (current == null) {
            current = Admin.create(properties);
            admin = current;
        }
        return current;
    }

    @Override
    public synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }
}
