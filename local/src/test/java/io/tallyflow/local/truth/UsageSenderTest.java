package io.tallyflow.local.truth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.KafkaProcess;
import io.tallyflow.local.embedded.Ports;
import io.tallyflow.local.embedded.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UsageSenderTest {

    private static final GeneratorSettings SETTINGS =
            GeneratorSettings.anHour(3, 30_000, 1_790_000_000_000L);

    private final Path directory;

    UsageSenderTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void writesEveryRecordOnceAndInOrderAlthoughTheBrokerIsKilled() throws Exception {
        Path place = directory.resolve("kafka");
        int port = Ports.free();
        String bootstrap = Ports.LOOPBACK + ":" + port;
        CompletableFuture<Void> sent;
        try (UsageSender sender = new UsageSender(bootstrap, Topics.EVENTS, SETTINGS)) {
            try (KafkaProcess broker = KafkaProcess.start(place, port)) {
                sender.sendUpTo(1_000);
                // Under way, at a moment that nobody chose.
                sent = CompletableFuture.runAsync(() -> sender.sendUpTo(SETTINGS.records()));
                broker.kill();
            }
            try (EmbeddedKafka kafka = EmbeddedKafka.start(place, port)) {
                sent.join();
                assertHoldsTheRun(kafka.bootstrapServers());
            }
        }
    }

    @Test
    void goesOnWhereAnotherSenderStopped() throws Exception {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0)) {
            String bootstrap = kafka.bootstrapServers();
            try (UsageSender first = new UsageSender(bootstrap, Topics.EVENTS, SETTINGS)) {
                first.sendUpTo(12_345);
                assertThat(ends(bootstrap)).isEqualTo(first.offsetsAfter(12_345));
            }
            try (UsageSender second = new UsageSender(bootstrap, Topics.EVENTS, SETTINGS)) {
                second.sendUpTo(Long.MAX_VALUE);
            }
            assertHoldsTheRun(bootstrap);
        }
    }

    @Test
    void goesOnWithTheRunOfItsDirectoryWhenTheDemoStartsAgain() throws Exception {
        long first = SETTINGS.startMillis() + 3_600_000;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0)) {
            String bootstrap = kafka.bootstrapServers();
            GeneratorSettings begun = DemoRun.in(directory, 3, 30_000, first);
            try (UsageSender sender = new UsageSender(bootstrap, Topics.EVENTS, begun)) {
                sender.sendUpTo(15_000);
            }
            // A day later.
            GeneratorSettings found = DemoRun.in(directory, 3, 30_000, first + 86_400_000);
            assertThat(found).isEqualTo(begun).isEqualTo(SETTINGS);
            try (UsageSender sender = new UsageSender(bootstrap, Topics.EVENTS, found)) {
                sender.sendUpTo(Long.MAX_VALUE);
                assertThat(sender.sent()).isEqualTo(SETTINGS.records());
            }
            assertHoldsTheRun(bootstrap);
        }
        assertThatThrownBy(() -> DemoRun.in(directory, 4, 30_000, first))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--seed 3 --events 30000");
    }

    private static void assertHoldsTheRun(String bootstrap) {
        List<List<ConsumerRecord<byte[], byte[]>>> log = readAll(bootstrap);
        int[] next = new int[SETTINGS.partitions()];
        new UsageGenerator(SETTINGS)
                .forEachRemaining(
                        expected -> {
                            int offset = next[expected.partition()]++;
                            var found = log.get(expected.partition()).get(offset);
                            assertThat(found.offset()).isEqualTo(offset);
                            assertThat(found.value()).isEqualTo(expected.value());
                            assertThat(found.key()).isEqualTo(expected.key());
                            assertThat(found.headers().toArray())
                                    .isEqualTo(expected.headers().toArray());
                            assertThat(found.timestamp()).isEqualTo(expected.kafkaTimeMillis());
                        });
        assertThat(log.stream().mapToInt(List::size)).containsExactly(boxed(next));
    }

    private static Integer[] boxed(int[] numbers) {
        return IntStream.of(numbers).boxed().toArray(Integer[]::new);
    }

    private static List<List<ConsumerRecord<byte[], byte[]>>> readAll(String bootstrap) {
        List<List<ConsumerRecord<byte[], byte[]>>> log = new ArrayList<>();
        try (var consumer = consumer(bootstrap)) {
            for (TopicPartition partition : partitions()) {
                List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
                consumer.assign(List.of(partition));
                consumer.seekToBeginning(List.of(partition));
                long end = consumer.endOffsets(List.of(partition)).values().iterator().next();
                while (consumer.position(partition) < end) {
                    consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
                }
                log.add(records);
            }
        }
        return log;
    }

    private static Map<Integer, Long> ends(String bootstrap) {
        try (var consumer = consumer(bootstrap)) {
            return consumer.endOffsets(partitions()).entrySet().stream()
                    .collect(
                            Collectors.toMap(end -> end.getKey().partition(), Map.Entry::getValue));
        }
    }

    private static List<TopicPartition> partitions() {
        return IntStream.range(0, SETTINGS.partitions())
                .mapToObj(partition -> new TopicPartition(Topics.EVENTS, partition))
                .toList();
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String bootstrap) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }
}
