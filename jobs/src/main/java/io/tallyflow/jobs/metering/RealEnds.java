package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.iceberg.IcebergLake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.connectors.kafka.lanes.RecordSinks;
import io.tallyflow.connectors.kafka.source.FollowedDefinitions;
import io.tallyflow.connectors.kafka.source.UsageEventsSource;
import io.tallyflow.connectors.kafka.source.WatermarkRules;
import io.tallyflow.connectors.login.PostgresUse;
import io.tallyflow.connectors.postgres.LedgerInPostgres;
import io.tallyflow.connectors.postgres.PostgresSinkOptions;
import io.tallyflow.connectors.postgres.PostgresUsageSink;
import io.tallyflow.connectors.postgres.session.KeptConnection;
import io.tallyflow.functions.parse.UsageEventParsers;
import io.tallyflow.schemas.meter.Definitions;
import java.time.Duration;
import java.util.Properties;

/** The real ends: events and records of note in Kafka, results in Postgres and Iceberg. */
public final class RealEnds {

    private RealEnds() {}

    /**
     * The ends that the options name.
     *
     * @param definitions what is counted when the job is built
     * @param checkpointInterval how often the job commits
     */
    public static MeteringEnds ends(
            MeteringOptions options, Definitions definitions, Duration checkpointInterval) {
        PostgresUsageSink usage =
                new PostgresUsageSink(
                        KeptConnection.to(options.postgres().connection()), sinkOptions(options));
        KafkaOptions kafka = options.kafka();
        Properties clients = kafka.connection().properties();
        String events = kafka.events().name();
        // One for both: a source asks them in one thread.
        PolledPostgres polled =
                new PolledPostgres(
                        KeptConnection.to(options.postgres().connection(), PostgresUse.WATCH));
        return new MeteringEnds(
                UsageEventsSource.following(
                                followed(polled, definitions),
                                kafka.events(),
                                clients,
                                watermarkRules(options),
                                new UsageEventParsers(definitions.versions()))
                        .withGauges(new OpenWorkGauges(polled)),
                usage,
                RecordSinks.rejected(kafka.rejected().name(), events, clients),
                RecordSinks.late(kafka.late().name(), events, clients),
                lake(options, checkpointInterval, usage));
    }

    /** Usage events for a program whose meters stay as they are. */
    public static UsageEventsSource events(MeteringOptions options, Definitions definitions) {
        KafkaOptions kafka = options.kafka();
        return UsageEventsSource.unbounded(
                kafka.events(),
                kafka.connection().properties(),
                watermarkRules(options),
                new UsageEventParsers(definitions.versions()));
    }

    private static FollowedDefinitions followed(PolledPostgres polled, Definitions definitions) {
        return new FollowedDefinitions(
                definitions.request(),
                new RequestsFeed(polled),
                later -> new UsageEventParsers(later.versions()).get());
    }

    /** A stale event never counts, so it does not hold up what does. */
    private static WatermarkRules watermarkRules(MeteringOptions options) {
        Duration horizon = options.state().dedupeHorizon().time();
        Duration longest = WatermarkRules.LONGEST_HOLD;
        return new WatermarkRules(
                options.time().outOfOrderness().time(),
                options.time().idleAfter().time(),
                horizon.compareTo(longest) < 0 ? horizon : longest);
    }

    private static PostgresSinkOptions sinkOptions(MeteringOptions options) {
        return PostgresSinkOptions.defaults()
                .withPipeline(options.postgres().pipeline())
                .withShards(options.state().subjectShards().number())
                .withRewindTo(options.rewindTo())
                .withStateKept(options.state().stateKept().time())
                .withPatience(options.postgres().patience())
                .withAllowedLateness(options.time().allowedLateness().time());
    }

    private static LakeEnd lake(
            MeteringOptions options, Duration checkpointInterval, PostgresUsageSink usage) {
        LakeOptions catalog = options.lake().options();
        if (catalog == null) {
            return LakeEnd.NONE;
        }
        IcebergLake lake =
                new IcebergLake(
                        catalog,
                        LakeSchedule.of(options.lake().commitInterval(), checkpointInterval),
                        ledger(options.postgres()),
                        options.rewindTo());
        return (rows, stage) ->
                usage.followedBy(lake.write(rows, stage.uid(), stage.label())::follow);
    }

    private static LedgerInPostgres ledger(PostgresOptions postgres) {
        return new LedgerInPostgres(KeptConnection.to(postgres.connection()), postgres.pipeline());
    }
}
