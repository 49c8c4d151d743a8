package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.connectors.login.LoginTrouble;
import io.tallyflow.connectors.login.PostgresConnection;
import io.tallyflow.connectors.login.PostgresUse;
import io.tallyflow.connectors.postgres.schema.MeterChange;
import io.tallyflow.connectors.postgres.schema.MeterRequests;
import io.tallyflow.connectors.postgres.session.DriverRelease;
import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The main class of the metering job. */
public final class MeteringJob {

    /** The job's name in Flink. */
    public static final String NAME = "tallyflow metering";

    /** As released. */
    public static final String VERSION = "0.1.0";

    private static final Logger LOG = LoggerFactory.getLogger(MeteringJob.class);
    private static final Duration AHEAD = Duration.ofDays(1);

    private MeteringJob() {}

    /** Arguments are {@code --name value} pairs; see {@link Option}. */
    public static void main(String[] arguments) throws Exception {
        MeteringOptions options = MeteringOptionsReader.read(arguments, System.getenv());
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(FlinkSettings.required());
        try {
            build(environment, check(environment.getConfiguration(), options));
            environment.execute(NAME);
        } finally {
            // Each start builds the job with classes of its own.
            new DriverRelease().run();
        }
    }

    /**
     * Looks at all that can speak against a start, and learns what the graph depends on. Changes
     * nothing but that it asks for versions of meters that are new or have changed: the first
     * commit registers them, and the tasks make the tables of the lake, so that a start which is
     * refused leaves all totals as they were.
     *
     * @param flink the settings that the job will run with
     * @throws IllegalArgumentException if settings or meters are wrong
     * @throws IOException if the definitions cannot be read, or Kafka or the topic is not there
     * @throws SQLException if Postgres is not there, lets nobody in or has another schema
     */
    public static CheckedStart check(ReadableConfig flink, MeteringOptions options)
            throws IOException, SQLException {
        FlinkSettings.check(flink);
        List<Meter> meters = MeterFile.read(options.meters());
        LOG.info(
                "Tallyflow {} starts with {} and the meters {}",
                VERSION,
                options,
                meters.stream().map(Meter::slug).toList());
        sayWhatEnds(options.postgres().connection(), meters);
        KafkaOptions kafka = options.kafka();
        int partitions = new EventsTopic(kafka.connection(), kafka.events().name()).partitions();
        return new CheckedStart(options, rules(options, definitions(options, meters)), partitions);
    }

    /** Builds the job between the ends that the options name; asks none of them. */
    public static void build(StreamExecutionEnvironment environment, CheckedStart start) {
        MeteringOptions options = start.options();
        // For the page of the job, and for commands that must not take another job for this one.
        environment.getConfig().setGlobalJobParameters(Configuration.fromMap(options.shown()));
        Duration interval =
                environment.getConfiguration().get(CheckpointingOptions.CHECKPOINTING_INTERVAL);
        MeteringEnds ends = RealEnds.ends(options, start.rules().definitions(), interval);
        new MeteringPipeline(ends, start.rules())
                .attachTo(environment, start.readers(environment.getParallelism()));
    }

    private static void sayWhatEnds(PostgresConnection postgres, List<Meter> meters)
            throws SQLException {
        List<String> ending = asking(postgres, database -> MeterRequests.endedBy(database, meters));
        if (!ending.isEmpty()) {
            LOG.warn("no longer counted: {}", String.join(", ", ending));
        }
    }

    /** Asks for what the file needs, and learns what is counted. */
    private static Definitions definitions(MeteringOptions options, List<Meter> meters)
            throws SQLException {
        MeterRequests.Taken taken =
                asking(
                        options.postgres().connection(),
                        database -> MeterRequests.take(database, meters));
        for (MeterChange change : taken.changes()) {
            if (change.kind() == MeterChange.Kind.CHANGED) {
                LOG.info(
                        "version {} of {} counts from {} on",
                        change.version(),
                        change.slug(),
                        change.at());
            }
        }
        return taken.definitions();
    }

    /** What is asked of Postgres. */
    @FunctionalInterface
    private interface Request<T> {
        T of(DataSource database) throws SQLException;
    }

    private static <T> T asking(PostgresConnection postgres, Request<T> request)
            throws SQLException {
        try {
            return request.of(postgres.dataSource(PostgresUse.JOB));
        } catch (SQLException e) {
            String advice = LoginTrouble.advice(e);
            if (advice == null) {
                throw e;
            }
            throw new SQLException(
                    postgres.shown()
                            + " lets nobody in ("
                            + LoginTrouble.reason(e)
                            + "): "
                            + advice,
                    e.getSQLState());
        }
    }

    private static MeteringRules rules(MeteringOptions options, Definitions definitions) {
        StateRules state = options.state();
        return new MeteringRules(
                definitions,
                new DedupeRules(
                        state.dedupeHorizon().time(),
                        AHEAD,
                        state.stateKept().time(),
                        state.workingMemory()),
                new AggregateRules(
                        options.time().allowedLateness().time(),
                        options.rewindTo() != null,
                        state.mostGroups().number(),
                        state.workingMemory()),
                state.subjectShards().number());
    }
}
