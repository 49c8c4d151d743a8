package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.Question;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Records made to hurt, between good ones: each in its lane, no restart, all totals right. */
final class PoisonTest {

    private static final String METERS =
            """
            meters:
              - slug: tokens
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
                groupBy:
                  model: $.model
              - slug: requests
                eventType: prompt
                aggregation: COUNT
            """;

    private final List<byte[]> records = new ArrayList<>();
    private int ids;

    @TempDir Path directory;

    @Test
    @Timeout(180)
    void endsInItsLaneAndNeverRestartsTheJob() throws Exception {
        good("customer', (SELECT pg_sleep(3)), 'key", "1", "\"it's \\\"quoted\\\"\"");
        good("s", "2", "\"" + "x".repeat(20 * 1024) + "\"");
        good("s", "3", "\"; drop table tallyflow.ledger; --\"");
        good("s", "4", "1e999999999");
        good("s", "\"0.4567890123456789\"", "null");
        ignored("1e999999999");
        ignored("\"NaN\"");
        ignored("\"12abc\"");
        ignored("[1]");
        rejected("{\"specversion\":\"1.0\",\"id\":\"\\u0000\"}");
        rejected(event("s", "1", "\"a\\u0000b\""));
        rejected(event("s", "1", "\"\\ud800\""));
        rejected(event("s", "1".repeat(65), "\"m\""));
        rejected("{\"a\":".repeat(40_000));
        records.add(null);
        records.add(new byte[] {(byte) 0xC0, (byte) 0x80});
        records.add(new byte[300 * 1024]);
        Path meters = Files.writeString(directory.resolve("meters.yaml"), METERS);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                PostgresServer.Database database = PostgresServer.migrated()) {
            send(kafka);
            JobSettings settings =
                    new JobSettings(
                            kafka.bootstrapServers(),
                            database.url(),
                            database.user(),
                            null,
                            meters,
                            directory.resolve("flink"),
                            0,
                            2,
                            null);
            try (RunningJob job = EmbeddedFlink.metering().start(settings);
                    Connection connection = database.connect()) {
                await(connection, job);
                assertThat(numbers(connection, PROGRESS))
                        .isEqualTo(Map.of("metered", "9", "rejected", "8", "ignored", "4"));
                assertThat(numbers(connection, TOTALS))
                        .isEqualTo(Map.of("tokens", "10.4567890123456789", "requests", "9"));
                assertThat(numbers(connection, REASONS))
                        .containsEntry("rejected.TOMBSTONE", "1")
                        .containsEntry("rejected.TEXT", "3")
                        .containsEntry("rejected.LIMIT", "3")
                        .containsEntry("rejected.ENCODING", "1")
                        .containsEntry("ignored.NUMBER_RANGE", "1")
                        .containsEntry("ignored.NUMBER_FORMAT", "2")
                        .containsEntry("ignored.ARRAY", "1");
                assertThat(failures(job)).contains("\"entries\":[]");
            }
            assertThat(rejectedKeys(kafka)).hasSize(8);
        }
    }

    private static final String PROGRESS =
            """
            select key, value from tallyflow.progress p,
                jsonb_each_text(to_jsonb(p)) where key in ('metered', 'rejected', 'ignored')
            """;

    private static final String TOTALS =
            "select 'tokens', value from tallyflow.query('tokens') union all"
                    + " select 'requests', value from tallyflow.query('requests')";

    private static final String REASONS =
            "select key, value from tallyflow.ledger, jsonb_each_text(reasons)";

    private void good(String subject, String tokens, String model) {
        records.add(event(subject, tokens, model).getBytes(StandardCharsets.UTF_8));
    }

    private void ignored(String tokens) {
        good("s", tokens, "\"m\"");
    }

    private void rejected(String value) {
        records.add(value.getBytes(StandardCharsets.UTF_8));
    }

    private String event(String subject, String tokens, String model) {
        return "{\"specversion\":\"1.0\",\"type\":\"prompt\",\"source\":\"s\",\"id\":\""
                + ids++
                + "\",\"subject\":\""
                + subject
                + "\",\"data\":{\"tokens\":"
                + tokens
                + ",\"model\":"
                + model
                + "}}";
    }

    private void send(EmbeddedKafka kafka) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        Map.of(
                                "bootstrap.servers",
                                kafka.bootstrapServers(),
                                "acks",
                                "all",
                                "max.request.size",
                                10_000_000),
                        new ByteArraySerializer(),
                        new ByteArraySerializer())) {
            for (byte[] value : records) {
                producer.send(new ProducerRecord<>(Topics.EVENTS, null, value)).get();
            }
        }
    }

    private void await(Connection connection, RunningJob job) throws SQLException {
        String consumed = "0";
        while (!consumed.equals(Integer.toString(records.size()))) {
            assertThat(job.ended()).isNotDone();
            consumed =
                    numbers(connection, "select 'consumed', consumed from tallyflow.progress")
                            .getOrDefault("consumed", "0");
        }
    }

    private static Map<String, String> numbers(Connection connection, String sql)
            throws SQLException {
        Map<String, String> numbers = new TreeMap<>();
        new Question<>(sql, row -> Map.entry(row.getString(1), row.getString(2)))
                .all(connection)
                .forEach(number -> numbers.put(number.getKey(), number.getValue()));
        return numbers;
    }

    private static String failures(RunningJob job) throws Exception {
        HttpRequest request =
                HttpRequest.newBuilder(
                                URI.create(job.webAddress() + "/jobs/" + job.id() + "/exceptions"))
                        .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static List<String> rejectedKeys(EmbeddedKafka kafka) {
        List<String> keys = new ArrayList<>();
        TopicPartition partition = new TopicPartition(Topics.REJECTED, 0);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    keys.add(new String(record.key(), StandardCharsets.UTF_8));
                }
            }
        }
        return keys;
    }
}
