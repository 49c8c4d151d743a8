package io.tallyflow.integration.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.query.AnswerRow;
import io.tallyflow.connectors.postgres.query.QueryCall;
import io.tallyflow.integration.run.TopicReader;
import io.tallyflow.integration.run.WatchedJob;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.schemas.measure.Aggregation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Facts about metering from Kafka to {@code tallyflow.query}, as black-box data, on one running job
 * that all scenarios share. The proof alone:
 *
 * <pre>mvn verify -pl integration-tests -am -Dtest=ConformanceTest
 *     -Dsurefire.failIfNoSpecifiedTests=false</pre>
 */
@Timeout(120)
final class ConformanceTest {

    private static final List<ConformanceScenario> SCENARIOS =
            Stream.concat(AcceptedFacts.all().stream(), KnownMistakes.all().stream()).toList();

    /** Subject and minute that only the late event is for. */
    private static final ConformanceScenario LATE =
            ConformanceScenario.of("late", "counts a late event in the period of its event time")
                    .meter(Aggregation.SUM, "$.value");

    private static final String JANUARY = "2024-01-31T23:59:30Z";

    @TempDir private static Path directory;

    private static EmbeddedKafka kafka;
    private static PostgresServer.Database database;
    private static WatchedJob job;
    private static Map<String, Long> ledger;

    @BeforeAll
    static void sendEverything() throws Exception {
        kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        database = PostgresServer.migrated();
        for (ConformanceScenario scenario : SCENARIOS) {
            send(scenario.records());
        }
        send(List.of(LATE.event(1, JANUARY).value("1")));
        job =
                WatchedJob.start(
                        WatchedJob.settings(
                                kafka.bootstrapServers(),
                                database.url(),
                                database.user(),
                                Files.writeString(directory.resolve("meters.yaml"), meters()),
                                directory.resolve("flink")),
                        Map.of(Option.IDLE_AFTER, "1 s"));
        awaitEverything();
        ledger = ledger();
    }

    @AfterAll
    static void stop() {
        for (AutoCloseable each : Stream.of(job, database, kafka).toList()) {
            closeQuietly(each);
        }
    }

    private static void closeQuietly(AutoCloseable each) {
        try {
            if (each != null) {
                each.close();
            }
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @TestFactory
    Stream<DynamicContainer> metering() {
        return SCENARIOS.stream()
                .map(
                        scenario ->
                                DynamicContainer.dynamicContainer(
                                        scenario.name(),
                                        scenario.checks().stream()
                                                .map(check -> test(scenario.name(), check))));
    }

    private static DynamicTest test(String scenario, ConformanceScenario.Check check) {
        return DynamicTest.dynamicTest(
                check.name(),
                () -> {
                    try (Connection connection = database.connect()) {
                        demand(scenario + ": " + check.name(), check, connection);
                    }
                });
    }

    private static void demand(String what, ConformanceScenario.Check check, Connection connection)
            throws SQLException {
        if (check instanceof ConformanceScenario.Rows expected) {
            assertThat(check.query().rows(connection)).as(what).isEqualTo(expected.rows());
        } else if (check instanceof ConformanceScenario.Values expected) {
            assertThat(check.query().values(connection)).as(what).isEqualTo(expected.values());
        } else if (check instanceof ConformanceScenario.Refusal expected) {
            assertThatThrownBy(() -> check.query().rows(connection))
                    .as(what)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22023"))
                    .hasMessageContaining(expected.argument());
        }
    }

    @Test
    void leavesEveryRecordInItsLaneAndEveryRefusalUnderItsReason() {
        Map<String, Long> expected = new TreeMap<>();
        SCENARIOS.forEach(s -> s.adds().forEach((name, n) -> expected.merge(name, n, Long::sum)));
        expected.put("consumed", SCENARIOS.stream().mapToLong(s -> s.records().size()).sum() + 1);
        expected.put("rejected", underReasons(expected, "rejected."));
        expected.put("ignored", underReasons(expected, "ignored."));
        expected.put(
                "metered",
                expected.get("consumed")
                        - Stream.of("duplicate", "conflict", "stale", "rejected")
                                .mapToLong(expected::get)
                                .sum());
        expected.put("unmatched", 0L);
        assertThat(ledger).containsExactlyInAnyOrderEntriesOf(expected);
    }

    private static long underReasons(Map<String, Long> counts, String prefix) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Nothing is sent any more: partitions that hold windows open would hold these for ever. */
    @Test
    void settlesWindowsAlthoughEveryPartitionIsIdle() throws Exception {
        awaitSettled();
    }

    @Test
    void countsALateEventInThePeriodOfItsTimeAndLeavesATrace() throws Exception {
        awaitSettled();
        long before = adjusted();
        send(List.of(LATE.event(2, JANUARY).value("10").arriving("2024-02-10T12:00:00Z")));
        awaitEverything();
        try (Connection connection = database.connect()) {
            QueryCall sum = LATE.query(Aggregation.SUM);
            List<AnswerRow> months = sum.by("MONTH").rows(connection);
            assertThat(months)
                    .containsExactly(
                            ExpectedRows.row("2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", "11"));
        }
        assertThat(adjusted()).isEqualTo(before + 1);
        assertThat(
                        text(
                                "select reason, window_start, readings, sum from"
                                        + " tallyflow.adjustment where meter = 'late_sum'"))
                .contains("late|2024-01-31 23:59:00+00|1|10");
        assertThat(TopicReader.all(kafka.bootstrapServers(), Topics.LATE))
                .filteredOn(entry -> entry.value().contains("\"late_sum\""))
                .filteredOn(entry -> entry.value().contains("\"id\":\"2\""))
                .hasSize(1);
    }

    private static void send(List<UsageRecord> records) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "acks", "all");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(
                        settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            records.forEach(record -> sent.add(producer.send(record.toKafka())));
            for (Future<RecordMetadata> answer : sent) {
                answer.get();
            }
        }
    }

    private static String meters() {
        return Stream.concat(SCENARIOS.stream(), Stream.of(LATE))
                .map(ConformanceScenario::meters)
                .collect(Collectors.joining("", "meters:\n", ""));
    }

    private static void awaitEverything() throws Exception {
        Map<Integer, Long> ends = TopicReader.ends(kafka.bootstrapServers(), Topics.EVENTS);
        try (Connection connection = database.connect()) {
            job.await(
                    "offsets " + ends,
                    Duration.ofSeconds(90),
                    () -> PostgresResults.progress(connection).offsets().equals(ends));
        }
    }

    private static void awaitSettled() throws Exception {
        job.await(
                "windows to settle",
                Duration.ofSeconds(60),
                () -> text("select 1 from tallyflow.usage where not settled limit 1").isEmpty());
    }

    private static long adjusted() throws SQLException {
        return Long.parseLong(text("select adjusted from tallyflow.progress").get(0));
    }

    /** Lanes and reasons; which readings were late depends on how partitions interleave. */
    private static Map<String, Long> ledger() throws SQLException {
        Map<String, Long> counts = new HashMap<>();
        for (String line :
                text(
                        """
                        select key, value from tallyflow.progress p, jsonb_each_text(to_jsonb(p))
                        where key in ('consumed', 'metered', 'unmatched', 'duplicate', 'conflict',
                            'stale', 'rejected', 'ignored')
                        union all
                        select key, value from tallyflow.ledger, jsonb_each_text(reasons)
                        """)) {
            String[] parts = line.split("\\|");
            counts.put(parts[0], Long.valueOf(parts[1]));
        }
        return counts;
    }

    private static List<String> text(String sql) throws SQLException {
        List<String> lines = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            int columns = row.getMetaData().getColumnCount();
            while (row.next()) {
                List<String> line = new ArrayList<>();
                for (int column = 1; column <= columns; column++) {
                    line.add(row.getString(column));
                }
                lines.add(String.join("|", line));
            }
        }
        return lines;
    }
}
