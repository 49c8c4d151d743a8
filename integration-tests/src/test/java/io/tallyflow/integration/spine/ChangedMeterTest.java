package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.integration.run.StartOptions;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RetainedCheckpoints;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.Question;
import io.tallyflow.results.lake.LakeQueryEngine;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.PostgresQueryEngine;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.QueryRow;
import io.tallyflow.results.query.UsageQuery;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A definition that is changed between two starts, on real servers. */
final class ChangedMeterTest {

    private static final String OLD =
            """
            meters:
              - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.old}
            """;
    private static final String CHANGED =
            """
            meters:
              - slug: tokens
                eventType: t
                aggregation: SUM
                valueProperty: $.new
                groupBy: {model: $.model}
            """;

    // Ahead of the clock, so that the boundary hangs on events alone.
    private static final String DAY = "2999-01-01T";

    @TempDir private Path directory;

    private EmbeddedKafka kafka;
    private PostgresServer.Database database;
    private Path meters;
    private long sent;

    @BeforeEach
    void start() throws Exception {
        kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        database = PostgresServer.migrated();
        meters = directory.resolve("meters.yaml");
    }

    @AfterEach
    void stop() {
        database.close();
        kafka.close();
    }

    @Test
    @Timeout(240)
    void countsEachWindowByOneVersionInPostgresAndInTheLake() throws Exception {
        Files.writeString(meters, OLD);
        try (RunningJob job = run()) {
            send("a", "10:00:30", "10:10:20");
            awaitCommit(job);
        }
        Files.writeString(meters, CHANGED);
        try (RunningJob job = run()) {
            // Stopped before it has committed, it has chosen the boundary all the same.
            job.awaitProcessing(Duration.ofSeconds(60));
        }
        try (RunningJob job = run()) {
            send("b", "10:10:59.999", "10:11:00", "10:12:30", "10:00:45");
            awaitCommit(job);
            awaitLake(job);
            assertThat(usage())
                    .containsExactly(
                            "10:00 {} 2",
                            "10:10 {} 2",
                            "10:11 {\"model\": \"m\"} 100",
                            "10:12 {\"model\": \"m\"} 100");
            assertThat(versions())
                    .containsExactly(
                            "1 shown  2999-01-01T10:11:00Z", "2 shown 2999-01-01T10:11:00Z ");
            QueryEngine postgres = new PostgresQueryEngine(database.dataSource());
            for (CalendarWindow window : Arrays.asList(null, CalendarWindow.MINUTE)) {
                assertThat(
                                answer(
                                        new LakeQueryEngine(lakeOptions(), database.dataSource()),
                                        window))
                        .isEqualTo(answer(postgres, window))
                        .isNotEmpty();
            }
        }
    }

    private RunningJob run() throws Exception {
        Path newest =
                RetainedCheckpoints.newest(settings(/* restoreFrom= */ null).checkpoints())
                        .orElse(null);
        return new EmbeddedFlink(
                        (environment, unused) ->
                                MeteringJob.build(
                                        environment,
                                        MeteringJob.check(
                                                environment.getConfiguration(),
                                                MeteringOptionsReader.read(options(), Map.of()))))
                .start(settings(newest));
    }

    private JobSettings settings(@Nullable Path restoreFrom) {
        return SpineTest.settings(kafka, database, meters, directory, restoreFrom);
    }

    private String[] options() {
        List<String> all =
                new ArrayList<>(
                        StartOptions.ofServers(
                                kafka.bootstrapServers(), database.url(), database.user(), meters));
        all.addAll(
                StartOptions.ofLake(
                        database.url(),
                        database.user(),
                        directory.resolve("warehouse").toUri().toString(),
                        "1 s"));
        return all.toArray(String[]::new);
    }

    private void send(String batch, String... times) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(client, bytes, bytes)) {
            for (String time : times) {
                Instant at = Instant.parse(DAY + time + "Z");
                String event =
                        """
                        {"specversion": "1.0", "id": "%s%s", "source": "s", "type": "t",
                         "subject": "c", "time": "%s", "data": {"old": 1, "new": 100, "model": "m"}}
                        """
                                .formatted(batch, time, at);
                producer.send(
                                new ProducerRecord<>(
                                        Topics.EVENTS,
                                        0,
                                        at.toEpochMilli(),
                                        null,
                                        event.getBytes(StandardCharsets.UTF_8)))
                        .get();
                sent++;
            }
        }
    }

    private void awaitCommit(RunningJob job) throws Exception {
        Question<Long> consumed =
                new Question<>("select consumed from tallyflow.ledger", row -> row.getLong(1));
        try (Connection connection = database.connect()) {
            while (consumed.all(connection).stream().noneMatch(count -> count == sent)) {
                assertThat(job.ended()).isNotDone();
            }
        }
    }

    private void awaitLake(RunningJob job) throws Exception {
        try (Lake lake = Lake.open(lakeOptions())) {
            while (LakeView.of(lake).rows(LakeTable.EVENTS) < sent) {
                assertThat(job.ended()).isNotDone();
            }
        }
    }

    private LakeOptions lakeOptions() {
        return MeteringOptionsReader.read(options(), Map.of()).lake().options();
    }

    private List<String> usage() throws Exception {
        return ask(
                """
                select to_char(window_start at time zone 'UTC', 'HH24:MI') || ' ' || group_by
                    || ' ' || value
                from tallyflow.usage order by 1
                """);
    }

    private List<String> versions() throws Exception {
        return ask(
                """
                select concat(version, ' ', state, ' ',
                    to_char(counts_from at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), ' ',
                    to_char(counts_to at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                from tallyflow.meter_version order by version
                """);
    }

    private List<String> ask(String sql) throws Exception {
        try (Connection connection = database.connect()) {
            return new Question<>(sql, row -> row.getString(1)).all(connection);
        }
    }

    private static List<QueryRow> answer(QueryEngine engine, @Nullable CalendarWindow window)
            throws Exception {
        List<QueryRow> rows = new ArrayList<>();
        engine.run(
                new UsageQuery(
                        "tokens", null, null, window, "UTC", List.of(), List.of("model"), Map.of()),
                rows::add);
        return rows;
    }
}
