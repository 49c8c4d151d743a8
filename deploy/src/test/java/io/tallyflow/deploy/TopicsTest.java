package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tallyflow.jobs.metering.Option;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.util.TimeUtils;
import org.apache.kafka.storage.internals.log.LogConfig;
import org.junit.jupiter.api.Test;

/** The topics that manifests make are those that the job uses, with settings that Kafka knows. */
final class TopicsTest {

    private static final Pattern CREATE =
            Pattern.compile("create --topic (\\S+) --partitions (\\d+)((?: --config \\S+)*)");

    @Test
    void areThoseOfTheJobOnKubernetes() {
        check(ofStrimzi());
    }

    @Test
    void areThoseOfTheJobInCompose() {
        check(ofCompose());
    }

    private static void check(Map<String, Map<String, String>> topics) {
        assertThat(topics)
                .containsOnlyKeys(
                        Option.KAFKA_EVENTS_TOPIC.defaultValue(),
                        Option.KAFKA_REJECTED_TOPIC.defaultValue(),
                        Option.KAFKA_LATE_TOPIC.defaultValue());
        topics.values()
                .forEach(
                        settings -> {
                            Properties properties = new Properties();
                            properties.putAll(settings);
                            LogConfig.validateNames(properties);
                            LogConfig.validate(properties);
                        });
        Map<String, String> events = topics.get(Option.KAFKA_EVENTS_TOPIC.defaultValue());
        assertThat(events).containsEntry("message.timestamp.type", "LogAppendTime");
        assertThat(Duration.ofMillis(Long.parseLong(events.get("retention.ms"))))
                .isEqualTo(TimeUtils.parseDuration(Option.DEDUPE_HORIZON.defaultValue()));
    }

    private static Map<String, Map<String, String>> ofStrimzi() {
        Map<String, Map<String, String>> topics = new LinkedHashMap<>();
        for (JsonNode topic :
                Repository.documents(Repository.text("deploy/kubernetes/topics.yaml"))) {
            Map<String, String> settings = new LinkedHashMap<>();
            topic.at("/spec/config")
                    .fields()
                    .forEachRemaining(
                            each -> settings.put(each.getKey(), each.getValue().asText()));
            topics.put(topic.at("/metadata/name").asText(), settings);
        }
        return topics;
    }

    private static Map<String, Map<String, String>> ofCompose() {
        List<String> entry =
                Repository.texts(
                        Repository.yaml("deploy/compose/compose.yaml")
                                .at("/services/topics/entrypoint"));
        Map<String, Map<String, String>> topics = new LinkedHashMap<>();
        Matcher create = CREATE.matcher(entry.get(entry.size() - 1));
        while (create.find()) {
            Map<String, String> settings = new LinkedHashMap<>();
            for (String config : create.group(3).split(" --config ")) {
                if (!config.isBlank()) {
                    String[] pair = config.split("=", 2);
                    settings.put(pair[0], pair[1]);
                }
            }
            topics.put(create.group(1), settings);
        }
        return topics;
    }
}
