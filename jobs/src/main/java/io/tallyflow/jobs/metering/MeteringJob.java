package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.login.LoginTrouble;
import io.tallyflow.connectors.postgres.schema.MeterDefinition;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import io.tallyflow.connectors.postgres.session.DriverRelease;
import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
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
            build(environment, options);
            environment.execute(NAME);
        } finally {
            // Each start builds the job with classes of its own.
            new DriverRelease().run();
        }
    }

    /** Builds the job between the ends that the options name. */
    public static void build(StreamExecutionEnvironment environment, MeteringOptions options)
            throws IOException, SQLException {
        FlinkSettings.check(environment.getConfiguration());
        MeteringRules rules = rules(options);
        LOG.info(
                "Tallyflow {} starts with {} and the meters {}",
                VERSION,
                options,
                rules.meters().stream().map(Meter::slug).toList());
        // For the page of the job, and for commands that must not take another job for this one.
        environment.getConfig().setGlobalJobParameters(Configuration.fromMap(options.shown()));
        check(options, rules);
        int partitions = EventsTopic.partitions(options);
        int readers = Math.min(environment.getParallelism(), partitions);
        Duration interval =
                environment.getConfiguration().get(CheckpointingOptions.CHECKPOINTING_INTERVAL);
        new MeteringPipeline(RealEnds.ends(options, rules.meters(), interval), rules)
                .attachTo(environment, readers);
    }

    /** Only a look: the first commit registers the meters. */
    private static void check(MeteringOptions options, MeteringRules rules) throws SQLException {
        try {
            MeterRegistry.check(RealEnds.dataSource(options), MeterDefinition.of(rules.meters()));
        } catch (SQLException e) {
            String advice = LoginTrouble.advice(e);
            if (advice == null) {
                throw e;
            }
            String where = options.postgresUrl().replaceFirst("\\?.*", "");
            throw new SQLException(
                    where + " lets nobody in (" + LoginTrouble.reason(e) + "): " + advice,
                    e.getSQLState());
        }
    }

    private static MeteringRules rules(MeteringOptions options) throws IOException {
        return new MeteringRules(
                MeterFile.read(options.meters()),
                new DedupeRules(
                        options.dedupeHorizon(),
                        AHEAD,
                        options.stateKept(),
                        options.workingMemory()),
                new AggregateRules(
                        options.allowedLateness(),
                        options.rewindTo() != null,
                        options.mostGroups(),
                        options.workingMemory()),
                options.subjectShards());
    }
}
