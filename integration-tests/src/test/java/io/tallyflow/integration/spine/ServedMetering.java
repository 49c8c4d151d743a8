package io.tallyflow.integration.spine;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.connectors.kafka.KafkaConnection;
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
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.explain.Explain;
import io.tallyflow.operations.explain.ExplainListener;
import io.tallyflow.operations.explain.ExplainedCell;
import io.tallyflow.operations.reconcile.Difference;
import io.tallyflow.operations.reconcile.Reconcile;
import io.tallyflow.operations.reconcile.ReconcileListener;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.Question;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
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
import org.junit.jupiter.api.io.TempDir;

/** The whole job on real servers, started and stopped by the test, with one subject's events. */
abstract class ServedMetering {

    // Ahead of the clock, so that the boundary hangs on events alone.
    private static final String DAY = "2999-01-01T";

    @TempDir private Path directory;

    private EmbeddedKafka kafka;
    private PostgresServer.Database database;
    private long sent;

    @BeforeEach
    void start() throws Exception {
        kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        database = PostgresServer.migrated();
    }

    @AfterEach
    void stop() {
        database.close();
        kafka.close();
    }

    /** Starts from the newest checkpoint, with a file of meters. */
    final RunningJob run(String yaml) throws Exception {
        Files.writeString(meters(), yaml);
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

    private Path meters() {
        return directory.resolve("meters.yaml");
    }

    private JobSettings settings(@Nullable Path restoreFrom) {
        return SpineTest.settings(kafka, database, meters(), directory, restoreFrom);
    }

    final PostgresServer.Database database() {
        return database;
    }

    private String[] options() {
        List<String> all =
                new ArrayList<>(
                        StartOptions.ofServers(
                                kafka.bootstrapServers(),
                                database.url(),
                                database.user(),
                                meters()));
        all.addAll(
                StartOptions.ofLake(
                        database.url(),
                        database.user(),
                        directory.resolve("warehouse").toUri().toString(),
                        "1 s"));
        return all.toArray(String[]::new);
    }

    /** Sends an event for each time of the day, with ids that begin with the batch. */
    final void send(String batch, String... times) throws Exception {
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

    /** Sends a record that says what time it is. */
    final void send(Instant kafkaTime, String event) throws Exception {
        send(0, kafkaTime, event);
    }

    /** Likewise, to a partition of its own. */
    final void send(int partition, Instant kafkaTime, String event) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", kafka.bootstrapServers());
        ByteArraySerializer bytes = new ByteArraySerializer();
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(client, bytes, bytes)) {
            producer.send(
                            new ProducerRecord<>(
                                    Topics.EVENTS,
                                    partition,
                                    kafkaTime.toEpochMilli(),
                                    null,
                                    event.getBytes(StandardCharsets.UTF_8)))
                    .get();
            sent++;
        }
    }

    /** Notes that somebody else has sent some. */
    final void wasSent(long events) {
        sent += events;
    }

    final EventsTopic topic() {
        return new EventsTopic(KafkaConnection.plain(kafka.bootstrapServers()), Topics.EVENTS);
    }

    final Path directory() {
        return directory;
    }

    final void awaitCommit(RunningJob job) throws Exception {
        Question<Long> consumed =
                new Question<>("select consumed from tallyflow.ledger", row -> row.getLong(1));
        try (Connection connection = database.connect()) {
            while (consumed.all(connection).stream().noneMatch(count -> count == sent)) {
                assertThat(job.ended()).isNotDone();
            }
        }
    }

    /** Until a commit counts by a request. */
    final void awaitDefinitions(RunningJob job, long request) throws Exception {
        Question<Long> definitions =
                new Question<>("select definitions from tallyflow.ledger", row -> row.getLong(1));
        try (Connection connection = database.connect()) {
            while (definitions.one(connection) < request) {
                assertThat(job.ended()).isNotDone();
            }
        }
    }

    final void awaitLake(RunningJob job) throws Exception {
        awaitLake(job, LakeTable.EVENTS, sent);
    }

    final void awaitLake(RunningJob job, LakeTable table, long rows) throws Exception {
        try (Lake lake = Lake.open(lakeOptions())) {
            while (LakeView.of(lake).rows(table) < rows) {
                assertThat(job.ended()).isNotDone();
            }
        }
    }

    final LakeOptions lakeOptions() {
        return MeteringOptionsReader.read(options(), Map.of()).lake().options();
    }

    /** All windows add up to their events, and in none that has settled is there a difference. */
    final Reconcile.Outcome audit() throws Exception {
        List<String[]> windows =
                ask(
                                """
                                select distinct concat_ws(' ', meter, subject,
                                    to_char(window_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
                                from tallyflow.usage
                                """)
                        .stream()
                        .map(window -> window.split(" "))
                        .toList();
        Explain explain = new Explain(address(), lakeOptions(), new ExplainListener() {});
        for (String[] window : windows) {
            Explain.Outcome outcome =
                    explain.run(
                            new Explain.Request(
                                    window[0],
                                    window[1],
                                    Instant.parse(window[2]),
                                    Map.of(),
                                    Duration.ofMinutes(1)));
            assertThat(outcome.cells()).allMatch(ExplainedCell::isEqual).isNotEmpty();
        }
        List<Difference> differences = new ArrayList<>();
        Reconcile.Outcome outcome =
                new Reconcile(
                                address(),
                                lakeOptions(),
                                RunLimits.ofMachine(),
                                Duration.ZERO,
                                new ReconcileListener() {
                                    @Override
                                    public void differs(Difference difference) {
                                        differences.add(difference);
                                    }
                                })
                        .run(new Reconcile.Request(null, null, null, /* repairs= */ false));
        assertThat(differences).isEmpty();
        assertThat(outcome.postgres().compared() + outcome.postgres().left())
                .isEqualTo(windows.size());
        return outcome;
    }

    final PostgresAddress address() {
        return new PostgresAddress(database().url(), database().user(), null);
    }

    /** What readers see: meter, minute, group and value. */
    final List<String> usage() throws Exception {
        return ask(
                """
                select meter || ' ' || to_char(window_start at time zone 'UTC', 'HH24:MI') || ' ' || group_by
                    || ' ' || value
                from tallyflow.usage order by 1
                """);
    }

    final List<String> ask(String sql) throws Exception {
        try (Connection connection = database.connect()) {
            return new Question<>(sql, row -> row.getString(1)).all(connection);
        }
    }
}
