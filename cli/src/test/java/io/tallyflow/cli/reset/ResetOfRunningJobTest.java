package io.tallyflow.cli.reset;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.servers.MeterChoice;
import io.tallyflow.cli.servers.ServerPlan;
import io.tallyflow.cli.servers.Servers;
import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.Question;
import java.io.PrintWriter;
import java.io.Writer;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A reset while events flow, from Kafka through the job to Postgres. */
@Timeout(240)
final class ResetOfRunningJobTest {

    private static final String METERS =
            """
            meters:
              - slug: tokens
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
            """;

    private static final String EVENT =
            """
            {"specversion":"1.0","type":"prompt","source":"test","id":"%s","subject":"%s",\
            "time":"%s","data":{"tokens":%s}}
            """;

    private static final String BOUNDARY = "2026-03-01T10:00:00Z";

    @TempDir Path directory;
    private final Lifetime lifetime = new Lifetime();
    private Path data;
    private Servers servers;
    private long sent;

    @BeforeEach
    void start() throws Exception {
        data = directory.resolve("data");
        servers =
                Servers.start(
                        ServerPlan.anywhere(data),
                        new MeterChoice(
                                Files.writeString(directory.resolve("meters.yaml"), METERS), false),
                        EmbeddedFlink.metering(),
                        lifetime,
                        new PrintWriter(Writer.nullWriter()));
        servers.awaitProcessing(Duration.ofSeconds(120));
    }

    @AfterEach
    void stop() {
        lifetime.close();
    }

    @Test
    void countsWhatComesAfterwardsOnItsSideOfTheBoundary() throws Exception {
        List<String> onTime = new ArrayList<>();
        for (int partition = 0; partition < Topics.EVENT_PARTITIONS; partition++) {
            onTime.add(partition + " a 2026-03-01T09:30:00Z 1");
            onTime.add(partition + " b 2026-03-01T10:30:00Z 10");
            // Everything before settles.
            onTime.add(partition + " a 2026-03-01T12:00:00Z 100");
        }
        send(onTime);
        assertThat(since("a")).isEqualByComparingTo("404");
        awaitSettled("2026-03-01T11:00:00Z");

        CommandRun reset = run("reset tokens --id r --at " + BOUNDARY);
        assertThat(reset.err()).isEmpty();
        assertThat(reset.exitCode()).isZero();
        Path savepoint =
                Path.of(value("select savepoint from tallyflow.reset").replace("file:", ""));
        assertThat(savepoint.resolve("_metadata")).isRegularFile();
        assertThat(run("reset tokens --id r --at " + BOUNDARY)).isEqualTo(reset);
        assertThat(value("select count(*) from tallyflow.savepoint")).isEqualTo("1");

        send(
                List.of(
                        "0 a 2026-03-01T09:30:30Z 2",
                        "0 a 2026-03-01T09:59:59.999999Z 4",
                        "1 a 2026-03-01T10:00:00Z 20",
                        "2 b 2026-03-01T10:30:30Z 40",
                        "3 a 2026-03-01T12:00:01Z 200"));
        assertThat(value("select count(*) from tallyflow.adjustment")).isEqualTo("4");
        assertThat(since("a")).isEqualByComparingTo("620");
        assertThat(since("b")).isEqualByComparingTo("80");
        assertThat(since(null)).isEqualByComparingTo("700");
        assertThat(value("select value from tallyflow.query('tokens')")).isEqualTo("710");
        assertThat(value("select value from tallyflow.query('tokens', null, '2026-03-01 10:00Z')"))
                .isEqualTo("10");

        run("reset tokens --subject a --at 2026-03-01T12:00:00Z");
        assertThat(since("a")).isEqualByComparingTo("600");
        assertThat(since("b")).isEqualByComparingTo("80");
        assertThat(run("reset --undo r").err()).isEmpty();
        assertThat(since("a")).isEqualByComparingTo("600");
        assertThat(since(null)).isEqualByComparingTo("710");
    }

    /** Of a partition, a subject, a time and a value each; returns when they count. */
    private void send(List<String> events) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", servers.kafka().bootstrap());
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings, bytes, bytes)) {
            for (String event : events) {
                String[] parts = event.split(" ");
                String json = EVENT.formatted(sent++, parts[1], parts[2], parts[3]);
                producer.send(
                        new ProducerRecord<>(
                                Topics.EVENTS,
                                Integer.valueOf(parts[0]),
                                // As if they had come in those days.
                                Instant.parse("2026-03-01T12:00:00Z").toEpochMilli(),
                                null,
                                json.getBytes(StandardCharsets.UTF_8)));
            }
        }
        await("select metered = " + sent + " from tallyflow.progress");
    }

    private void awaitSettled(String until) throws SQLException {
        await("select bool_and(settled) from tallyflow.usage where window_end <= '" + until + "'");
    }

    private void await(String condition) throws SQLException {
        while (!"t".equals(value(condition))) {
            assertThat(servers.job().ended()).isNotDone();
            Thread.onSpinWait();
        }
    }

    private BigDecimal since(String subject) throws SQLException {
        return new BigDecimal(
                value(
                        "select tallyflow.usage_since_reset('tokens', ?, '2026-03-02Z')",
                        new String[] {subject}));
    }

    private String value(String sql, String... parameters) throws SQLException {
        try (Connection connection = servers.postgres().connect()) {
            return new Question<>(sql, row -> row.getString(1))
                    .first(connection, (Object[]) parameters);
        }
    }

    private CommandRun run(String command) {
        return CommandRun.of((command + " --data-dir " + data).split(" "));
    }
}
