package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.collect.Collected;
import io.tallyflow.benchmarks.measure.CheckpointTimes;
import io.tallyflow.benchmarks.measure.ProcessFacts;
import io.tallyflow.benchmarks.measure.RunClock;
import io.tallyflow.benchmarks.workload.Answer;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/**
 * Kafka Streams with a commit every second. The result is there when the group has committed every
 * record of the topic and of the repartition topic: a commit sends what caches hold first.
 */
final class StreamsProgram implements Program {

    private static final long CACHE_BYTES = 256L * 1024 * 1024;

    @Override
    public ProgramOutcome run(ProgramSettings settings, RunClock clock) throws Exception {
        String application = "streams-" + settings.directory().getFileName();
        CompletableFuture<Void> failed = new CompletableFuture<>();
        Properties properties = properties(settings, application);
        try (Admin admin =
                        Admin.create(
                                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.kafka()));
                KafkaStreams streams =
                        new KafkaStreams(
                                StreamsTopology.of(settings.topic(), properties), properties)) {
            streams.setUncaughtExceptionHandler(
                    failure -> {
                        failed.completeExceptionally(failure);
                        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
                    });
            streams.start();
            Patience patience = new Patience(settings.patience(), failed);
            patience.await(() -> hasCommitted(admin, application, settings.topic()));
            clock.finish();
            long stateBytes = ProcessFacts.bytesBelow(settings.directory().resolve("state"));
            Answer answer = Collected.answer();
            streams.close();
            admin.deleteTopics(internalTopics(admin, application)).all().get();
            return new ProgramOutcome(
                    answer, Answer.none(), stateBytes, CheckpointTimes.NONE, Map.of());
        }
    }

    private static Properties properties(ProgramSettings settings, String application) {
        Properties all = new Properties();
        all.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        all.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, settings.kafka());
        all.put(StreamsConfig.STATE_DIR_CONFIG, settings.directory().resolve("state").toString());
        all.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.parallelism());
        all.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
        all.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, CACHE_BYTES);
        all.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
        all.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
        all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        all.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // A broker forgets the sequence of a producer whose records are old; and it costs.
        all.put(StreamsConfig.producerPrefix(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG), false);
        return all;
    }

    private static boolean hasCommitted(Admin admin, String application, String topic)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> committed =
                admin.listConsumerGroupOffsets(application).partitionsToOffsetAndMetadata().get();
        if (committed.isEmpty()) {
            return false;
        }
        // In this order: what is committed of the topic has reached the repartition topic.
        return hasCommitted(admin, committed, topic)
                && hasCommitted(
                        admin,
                        admin.listConsumerGroupOffsets(application)
                                .partitionsToOffsetAndMetadata()
                                .get(),
                        application + "-" + StreamsTopology.REPARTITION);
    }

    private static boolean hasCommitted(
            Admin admin, Map<TopicPartition, OffsetAndMetadata> committed, String topic)
            throws ExecutionException, InterruptedException {
        return EndOffsets.of(admin, topic).entrySet().stream()
                .allMatch(
                        end -> {
                            OffsetAndMetadata reached = committed.get(end.getKey());
                            return (reached == null ? 0 : reached.offset()) == end.getValue();
                        });
    }

    private static List<String> internalTopics(Admin admin, String application)
            throws ExecutionException, InterruptedException {
        return admin.listTopics().names().get().stream()
                .filter(name -> name.startsWith(application + "-"))
                .toList();
    }
}
