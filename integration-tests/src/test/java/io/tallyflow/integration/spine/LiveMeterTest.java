package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.integration.lake.LakeReader;
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
import io.tallyflow.schemas.meter.MeterFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
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

/** What is counted is changed while the job runs, on real servers. */
final class LiveMeterTest {

    private static final String OLD =
            """
            meters:
              - {slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.old}
            """;
    private static final String CHANGED_TOKENS =
            "{slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.new,"
                    + " groupBy: {model: $.model}}";

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
    void countsWhatIsAskedForFromThenOnWithoutARestart() throws Exception {
        Files.writeString(meters, OLD);
        try (RunningJob job = run()) {
            send("a", "10:00:30", "10:10:20");
            awaitCommit(job);
            apply("{slug: calls, eventType: t, aggregation: COUNT}");
            awaitDefinitions(job, 2);
            send("b", "10:10:30", "10:20:00");
            awaitCommit(job);
            assertThat(usage())
                    .containsExactly(
                            "calls 10:10 {} 1",
                            "calls 10:20 {} 1",
                            "tokens 10:00 {} 1",
                            "tokens 10:10 {} 2",
                            "tokens 10:20 {} 1");
            assertThat(ask("select complete_from::text from tallyflow.meter where slug = 'calls'"))
                    .containsExactly("2999-01-01 10:11:00+00");
            apply(CHANGED_TOKENS);
            // The commit that shows it asks that the version before is not counted any more.
            awaitDefinitions(job, 4);
            send("c", "10:20:59.999", "10:21:00", "10:12:30");
            awaitCommit(job);
        }
        try (RunningJob job = run()) {
            send("d", "10:21:30");
            awaitCommit(job);
            awaitLake(job);
            assertThat(usage())
                    .containsExactly(
                            "calls 10:10 {} 1",
                            "calls 10:12 {} 1",
                            "calls 10:20 {} 2",
                            "calls 10:21 {} 2",
                            "tokens 10:00 {} 1",
                            "tokens 10:10 {} 2",
                            "tokens 10:12 {} 1",
                            "tokens 10:20 {} 2",
                            "tokens 10:21 {\"model\": \"m\"} 200");
            assertThat(stamps())
                    .containsExactly("a 1", "a 1", "b 2", "b 2", "c 4", "c 4", "c 4", "d 4");
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
                select meter || ' ' || to_char(window_start at time zone 'UTC', 'HH24:MI') || ' ' || group_by
                    || ' ' || value
                from tallyflow.usage order by 1
                """);
    }

    private List<String> stamps() throws Exception {
        try (Connection catalog = database.connect();
                LakeReader reader = LakeReader.ofCatalog(catalog)) {
            return reader.rows("events").stream()
                    .map(row -> row.get("id").toString().charAt(0) + " " + row.get("definitions"))
                    .sorted()
                    .toList();
        }
    }

    private void apply(String meter) throws Exception {
        MeterRequests.apply(
                database.dataSource(),
                MeterFile.parse("meters.yaml", "meters: [" + meter + "]"),
                false);
    }

    private void awaitDefinitions(RunningJob job, long request) throws Exception {
        Question<Long> definitions =
                new Question<>("select definitions from tallyflow.ledger", row -> row.getLong(1));
        try (Connection connection = database.connect()) {
            while (definitions.one(connection) < request) {
                assertThat(job.ended()).isNotDone();
            }
        }
    }

    private List<String> ask(String sql) throws Exception {
        try (Connection connection = database.connect()) {
            return new Question<>(sql, row -> row.getString(1)).all(connection);
        }
    }
}
