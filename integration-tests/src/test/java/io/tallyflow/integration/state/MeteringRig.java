package io.tallyflow.integration.state;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.functions.memory.WorkingMemory;
import io.tallyflow.integration.scale.RequestedMeters;
import io.tallyflow.integration.scale.StoppableJob;
import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.MeteringPipeline;
import io.tallyflow.jobs.metering.MeteringRules;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.jobs.metering.RealEnds;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.LakeAddress;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.meter.Definitions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The whole job between real ends, with time that comes from events alone. */
final class MeteringRig implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofMinutes(2);

    /** So long that no part of a test is idle, and no fixture expires. */
    private static final Duration FOR_EVER = Duration.ofDays(100_000);

    /** So little that identities are sealed and some windows are released into rows. */
    private static final WorkingMemory LITTLE = new WorkingMemory(600_000);

    private final Path directory;
    private final Path meters;
    private final EmbeddedKafka kafka;
    private final PostgresServer.Database database;
    private long sent;

    /** When the job commits. */
    enum Commits {
        /** Every second; the lake, too. */
        BY_THEMSELVES(Duration.ofSeconds(1), "1 s"),

        /** When the test asks for it; the lake never. */
        WHEN_ASKED(Duration.ofHours(1), "1000 d");

        private final Duration interval;
        private final String lakeInterval;

        Commits(Duration interval, String lakeInterval) {
            this.interval = interval;
            this.lakeInterval = lakeInterval;
        }
    }

    /**
     * @param database is closed with the rig
     */
    MeteringRig(Path directory, String meters, PostgresServer.Database database) throws Exception {
        this.directory = directory;
        this.meters = Files.writeString(directory.resolve("meters.yaml"), meters);
        this.database = database;
        this.kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
    }

    PostgresServer.Database database() {
        return database;
    }

    Path savepoints() {
        return directory.resolve("savepoints");
    }

    Path checkpoints() {
        return directory.resolve("flink").resolve("checkpoints");
    }

    /** Sends records, each once and in their order. */
    void send(List<SentRecord> records) throws Exception {
        Map<String, Object> client =
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "enable.idempotence",
                        false,
                        "retries",
                        0,
                        "acks",
                        "1");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(client, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> answers = new ArrayList<>();
            for (SentRecord record : records) {
                answers.add(producer.send(record.toSend()));
            }
            for (Future<RecordMetadata> answer : answers) {
                answer.get();
            }
        }
        sent += records.size();
    }

    StoppableJob start(int parallelism, @Nullable Path from, Commits commits) {
        JobSettings settings =
                new JobSettings(
                        kafka.bootstrapServers(),
                        database.url(),
                        database.user(),
                        null,
                        meters,
                        directory.resolve("flink"),
                        0,
                        parallelism,
                        from);
        return new StoppableJob(settings, (environment, its) -> build(environment, its, commits));
    }

    private static void build(
            StreamExecutionEnvironment environment, JobSettings settings, Commits commits)
            throws Exception {
        Configuration own = new Configuration();
        own.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, commits.interval);
        own.set(CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG, commits.interval);
        // What fails at the first try is to be seen at once, and for what it is.
        own.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        environment.configure(own);
        MeteringOptions options = options(settings, commits);
        Definitions definitions = RequestedMeters.definitions(options);
        MeteringRules rules =
                new MeteringRules(
                        definitions,
                        new DedupeRules(Duration.ofDays(32), Duration.ofDays(1), FOR_EVER, LITTLE),
                        new AggregateRules(Duration.ofMinutes(10), false, 10_000, LITTLE),
                        1);
        new MeteringPipeline(RealEnds.ends(options, definitions, Duration.ofSeconds(1)), rules)
                .attachTo(environment, environment.getParallelism());
    }

    /** What wrote a savepoint read from the topic of another broker, with the same records. */
    private static String topicId(JobSettings settings) throws Exception {
        Map<String, Object> client = Map.of("bootstrap.servers", settings.kafkaBootstrap());
        try (Admin admin = Admin.create(client)) {
            return admin.describeTopics(List.of("usage.events"))
                    .allTopicNames()
                    .get()
                    .get("usage.events")
                    .topicId()
                    .toString();
        }
    }

    private static MeteringOptions options(JobSettings settings, Commits commits) throws Exception {
        Map<Option, String> values =
                Map.ofEntries(
                        Map.entry(Option.KAFKA_BOOTSTRAP, settings.kafkaBootstrap()),
                        Map.entry(Option.KAFKA_SUCCESSOR_ID, topicId(settings)),
                        Map.entry(Option.POSTGRES_URL, settings.postgresUrl()),
                        Map.entry(Option.POSTGRES_USER, settings.postgresUser()),
                        Map.entry(Option.METERS, settings.meters().toString()),
                        Map.entry(Option.LAKE_CATALOG, "jdbc"),
                        Map.entry(Option.LAKE_URI, LakeAddress.catalogUrl(settings.postgresUrl())),
                        Map.entry(Option.LAKE_USER, settings.postgresUser()),
                        Map.entry(
                                Option.LAKE_WAREHOUSE,
                                settings.warehouse().toAbsolutePath().toUri().toString()),
                        Map.entry(Option.LAKE_COMMIT_INTERVAL, commits.lakeInterval),
                        Map.entry(Option.IDLE_AFTER, "1000 d"),
                        Map.entry(Option.STATE_KEPT, "0 s"));
        List<String> arguments = new ArrayList<>();
        values.forEach(
                (option, value) -> {
                    arguments.add("--" + option.key());
                    arguments.add(value);
                });
        return MeteringOptionsReader.read(arguments.toArray(String[]::new), Map.of());
    }

    /** Waits for a commit of all that was sent, asking for it again and again. */
    void commitAll(StoppableJob job) throws Exception {
        job.await(
                "a commit of all records",
                PATIENCE,
                () -> {
                    job.checkpoint(PATIENCE);
                    return consumed() == sent;
                });
    }

    /** Waits for a commit of all that was sent. */
    void awaitAll(StoppableJob job) throws Exception {
        job.await("a commit of all records", PATIENCE, () -> consumed() == sent);
    }

    private long consumed() throws SQLException {
        try (Connection connection = database.connect()) {
            return new Question<>(
                            "select coalesce(max(consumed), 0) from tallyflow.ledger",
                            row -> row.getLong(1))
                    .one(connection);
        }
    }

    @Override
    public void close() throws Exception {
        try (PostgresServer.Database closed = database) {
            kafka.close();
        }
    }
}
