package io.tallyflow.integration.spine;

import static io.tallyflow.integration.spine.BadRecords.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.query.AnswerRow;
import io.tallyflow.connectors.postgres.query.QueryCall;
import io.tallyflow.integration.run.TopicReader;
import io.tallyflow.integration.run.WatchedJob;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.LaneCounts;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten thousand bad records of some fifty kinds among a hundred thousand good events, in structured
 * and in binary mode: each bad one is rejected once and for its reason, no task fails, every total
 * is right. The proof alone:
 *
 * <pre>mvn verify -pl integration-tests -am -Dtest=BadInputTest
 *     -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
final class BadInputTest {

    private static final int GOOD = 100_000;
    private static final int BAD_EVERY = 11;
    private static final int SUBJECTS = 97;

    /** Huge records are slow to send, and one is like the other. */
    private static final int HUGE = 20;

    private static final String METERS =
            """
            meters:
              - slug: tokens
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
            """;

    private static final Pattern REASON = Pattern.compile("^\\{\"reason\":\"([A-Z_]+)\"");
    private static final Instant START = Instant.parse("2024-04-01T00:00:00Z");

    private final List<BadRecords.Kind> kinds = BadRecords.all();
    private final Random random = new Random(7);
    private final Map<String, String> rejected = new ConcurrentHashMap<>();
    private final Map<String, BigDecimal> totals = new TreeMap<>();
    private int huge;
    private int sent;

    @TempDir private Path directory;

    @Test
    @Timeout(180)
    void rejectsEachBadRecordOnceAndCountsEveryGoodOne() throws Exception {
        assertThat(kinds).hasSizeGreaterThan(25);
        Path meters = Files.writeString(directory.resolve("meters.yaml"), METERS);
        try (EmbeddedKafka kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
                PostgresServer.Database database = PostgresServer.migrated();
                Connection connection = database.connect();
                WatchedJob job =
                        WatchedJob.start(
                                WatchedJob.settings(
                                        kafka.bootstrapServers(),
                                        database.url(),
                                        database.user(),
                                        meters,
                                        directory.resolve("flink")),
                                Map.of())) {
            send(kafka);
            Map<Integer, Long> ends = TopicReader.ends(kafka.bootstrapServers(), Topics.EVENTS);
            job.await(
                    "offsets " + ends,
                    Duration.ofSeconds(120),
                    () -> PostgresResults.progress(connection).offsets().equals(ends));
            demandLanes(PostgresResults.progress(connection).counts());
            demandRejections(TopicReader.all(kafka.bootstrapServers(), Topics.REJECTED));
            assertThat(reasons(connection)).isEqualTo(expectedReasons());
            demandTotals(connection);
            job.demandNoRestart();
        }
    }

    private void send(EmbeddedKafka kafka) {
        Map<String, Object> settings =
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "acks",
                        "all",
                        "linger.ms",
                        5,
                        "max.request.size",
                        10_000_000);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int good = 0; good < GOOD; sent++) {
                if (sent % BAD_EVERY == 0) {
                    sendBad(producer);
                } else {
                    producer.send(good(good++));
                }
            }
            producer.flush();
        }
    }

    private void sendBad(KafkaProducer<byte[], byte[]> producer) {
        BadRecords.Kind kind = kinds.get(random.nextInt(kinds.size()));
        while (isHuge(kind) && huge++ >= HUGE) {
            kind = kinds.get(random.nextInt(kinds.size()));
        }
        String reason = kind.reason().name();
        producer.send(
                record(subject(random.nextInt(SUBJECTS)), kind.headers(), kind.value()),
                (metadata, failure) ->
                        rejected.put(
                                Topics.EVENTS
                                        + "-"
                                        + metadata.partition()
                                        + "-"
                                        + metadata.offset(),
                                reason));
    }

    private static boolean isHuge(BadRecords.Kind kind) {
        byte[] value = kind.value();
        return value != null && value.length > 100_000;
    }

    private ProducerRecord<byte[], byte[]> good(int number) {
        String subject = subject(number % SUBJECTS);
        String data = "{\"tokens\":" + number + ".5}";
        totals.merge(subject, new BigDecimal(number + ".5"), BigDecimal::add);
        String id = Integer.toString(number);
        if (number % 2 == 0) {
            return record(subject, BadRecords.goodHeaders(subject, id), utf8(data));
        }
        return record(
                subject,
                Map.of(),
                utf8(
                        "{\"specversion\":\"1.0\",\"type\":\"prompt\",\"source\":\"s\",\"id\":\""
                                + id
                                + "\",\"subject\":\""
                                + subject
                                + "\",\"data\":"
                                + data
                                + "}"));
    }

    private ProducerRecord<byte[], byte[]> record(
            String key, Map<String, byte[]> headers, byte[] value) {
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                        Topics.EVENTS,
                        null,
                        START.plusMillis(sent).toEpochMilli(),
                        utf8(key),
                        value);
        headers.forEach((name, text) -> record.headers().add(name, text));
        return record;
    }

    private static String subject(int number) {
        return "customer-" + number;
    }

    private void demandLanes(LaneCounts counts) {
        assertThat(rejected).hasSizeGreaterThanOrEqualTo(GOOD / 10);
        assertThat(counts.of(Count.REJECTED)).isEqualTo(rejected.size());
        assertThat(counts.of(Count.METERED)).isEqualTo(GOOD);
        assertThat(counts.of(Count.CONSUMED)).isEqualTo(GOOD + rejected.size());
    }

    /** No task was restarted, so that each is there once. */
    private void demandRejections(List<TopicReader.Entry> entries) {
        assertThat(entries).hasSize(rejected.size());
        Map<String, String> found =
                entries.stream()
                        .collect(
                                Collectors.toMap(
                                        TopicReader.Entry::key, entry -> reason(entry.value())));
        assertThat(found).isEqualTo(rejected);
    }

    private static String reason(String json) {
        Matcher reason = REASON.matcher(json);
        assertThat(reason.find()).as(json).isTrue();
        return reason.group(1);
    }

    private Map<String, Long> expectedReasons() {
        return rejected.values().stream()
                .collect(Collectors.groupingBy("rejected."::concat, Collectors.counting()));
    }

    private static Map<String, Long> reasons(Connection connection) throws SQLException {
        Map<String, Long> reasons = new TreeMap<>();
        new Question<>(
                        "select key, value::bigint from tallyflow.ledger, jsonb_each_text(reasons)",
                        row -> Map.entry(row.getString(1), row.getLong(2)))
                .all(connection)
                .forEach(reason -> reasons.put(reason.getKey(), reason.getValue()));
        return reasons;
    }

    private void demandTotals(Connection connection) throws SQLException {
        Map<String, BigDecimal> found =
                QueryCall.of("tokens").groupedBy("subject").rows(connection).stream()
                        .collect(Collectors.toMap(AnswerRow::subject, AnswerRow::value));
        assertThat(found.keySet()).isEqualTo(totals.keySet());
        totals.forEach(
                (subject, total) ->
                        assertThat(found.get(subject)).as(subject).isEqualByComparingTo(total));
    }
}
