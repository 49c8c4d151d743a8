package io.tallyflow.local.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaTest {

    private static final int MEBIBYTE = 1 << 20;

    private final Path directory;

    EmbeddedKafkaTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void startsWithTheTopicsOfTheContract() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            var topics =
                    admin.describeTopics(List.of(Topics.EVENTS, Topics.LATE, Topics.REJECTED))
                            .allTopicNames()
                            .get();
            assertThat(topics.values())
                    .extracting(topic -> topic.name() + " " + topic.partitions().size())
                    .containsExactlyInAnyOrder(
                            "usage.events 4", "usage.late 1", "usage.rejected 1");

            var resource = new ConfigResource(ConfigResource.Type.TOPIC, Topics.EVENTS);
            List<ConfigEntry> config =
                    admin.describeConfigs(List.of(resource)).all().get().values().stream()
                            .flatMap(settings -> settings.entries().stream())
                            .toList();
            assertThat(config)
                    .extracting(ConfigEntry::name, ConfigEntry::value)
                    .contains(
                            tuple("retention.ms", "-1"),
                            tuple("retention.bytes", "-1"),
                            tuple("message.timestamp.type", "CreateTime"));
        }
    }

    @Test
    void takesAnyTimestampAndRecordsThatTheJobWillReject() throws Exception {
        Instant now = Instant.now();
        List<Instant> times =
                List.of(
                        Instant.EPOCH,
                        now.minus(Duration.ofDays(4000)),
                        now,
                        now.plus(Duration.ofDays(2)));
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0)) {
            for (Instant time : times) {
                send(kafka.bootstrapServers(), time.toEpochMilli(), new byte[] {1});
            }
            send(kafka.bootstrapServers(), now.toEpochMilli(), new byte[10 * MEBIBYTE]);

            assertThat(sizes(kafka.bootstrapServers())).containsExactly(1, 1, 1, 1, 10 * MEBIBYTE);
        }
    }

    @Test
    void goesOnWithTheSameClusterAndRecordsAfterItWasKilled() throws Exception {
        Path place = directory.resolve("kafka");
        int port = Ports.free();
        String bootstrap = Ports.LOOPBACK + ":" + port;
        String cluster;
        try (KafkaProcess process = KafkaProcess.start(place, port)) {
            cluster = clusterId(bootstrap);
            send(bootstrap, 1, new byte[7]);
            process.kill();
        }

        try (EmbeddedKafka kafka = EmbeddedKafka.start(place, 0)) {
            assertThat(kafka.clusterId()).isEqualTo(cluster);
            assertThat(clusterId(kafka.bootstrapServers())).isEqualTo(cluster);
            send(kafka.bootstrapServers(), 2, new byte[8]);
            assertThat(sizes(kafka.bootstrapServers())).containsExactly(7, 8);
        }
    }

    @Test
    void isNotHinderedByFormattingThatWasCutShort() throws Exception {
        Path place = directory.resolve("kafka");
        Files.createDirectories(directory.resolve("kafka.new"));
        Files.writeString(directory.resolve("kafka.new").resolve("meta.properties"), "version=");

        try (EmbeddedKafka kafka = EmbeddedKafka.start(place, 0)) {
            assertThat(clusterId(kafka.bootstrapServers())).isEqualTo(kafka.clusterId());
        }
    }

    @Test
    void refusesDirectoryOfOtherFiles() throws Exception {
        Files.writeString(directory.resolve("letter.txt"), "dear");

        assertThatThrownBy(() -> EmbeddedKafka.start(directory, 0))
                .isInstanceOf(ServerFailure.class)
                .hasMessageContaining("move it away");
        assertThat(directory.resolve("letter.txt")).hasContent("dear");
    }

    private static String clusterId(String bootstrap) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap))) {
            return admin.describeCluster().clusterId().get();
        }
    }

    private static void send(String bootstrap, long timeMillis, byte[] value) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", bootstrap, "max.request.size", 16 * MEBIBYTE);
        try (var producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(
                            new ProducerRecord<>(
                                    Topics.EVENTS, 0, timeMillis, new byte[] {'k'}, value))
                    .get();
        }
    }

    private static List<Integer> sizes(String bootstrap) {
        var partition = new TopicPartition(Topics.EVENTS, 0);
        try (var consumer =
                new KafkaConsumer<>(
                        Map.<String, Object>of("bootstrap.servers", bootstrap),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).values().iterator().next();
            List<Integer> sizes = new ArrayList<>();
            while (sizes.size() < end) {
                consumer.poll(Duration.ofSeconds(1))
                        .forEach(record -> sizes.add(record.value().length));
            }
            return sizes;
        }
    }
}
