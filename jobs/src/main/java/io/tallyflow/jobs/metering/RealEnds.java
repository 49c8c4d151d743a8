package io.tallyflow.jobs.metering;

import static java.util.stream.Collectors.toMap;

import io.tallyflow.connectors.iceberg.IcebergLake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.write.LakeSchedule;
import io.tallyflow.connectors.kafka.lanes.RecordSinks;
import io.tallyflow.connectors.kafka.source.KafkaTopic;
import io.tallyflow.connectors.kafka.source.RecordParser;
import io.tallyflow.connectors.kafka.source.UsageEventsSource;
import io.tallyflow.connectors.kafka.source.WatermarkRules;
import io.tallyflow.connectors.postgres.LedgerInPostgres;
import io.tallyflow.connectors.postgres.PostgresSinkOptions;
import io.tallyflow.connectors.postgres.PostgresUsageSink;
import io.tallyflow.functions.parse.UsageEventParser;
import io.tallyflow.functions.paths.MeterPaths;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.meter.Meter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import javax.sql.DataSource;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.datasource.connections.JdbcConnectionProvider;
import org.apache.flink.connector.jdbc.datasource.connections.SimpleJdbcConnectionProvider;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/** The real ends: events and records of note in Kafka, results in Postgres and Iceberg. */
public final class RealEnds {

    private static final int CONNECTION_CHECK_SECONDS = 5;

    /**
     * A pool in transaction mode gives each transaction another session: a statement prepared in
     * one would be unknown in the next, or be another client's of the same name.
     */
    private static final int NEVER_PREPARED = 0;

    private static final int CONNECT_SECONDS = 10;
    private static final int SOCKET_SECONDS = 120;

    private RealEnds() {}

    /**
     * The ends that the options name.
     *
     * @param checkpointInterval how often the job commits
     */
    public static MeteringEnds ends(
            MeteringOptions options, List<Meter> meters, Duration checkpointInterval) {
        Properties kafka = options.kafka().properties();
        PostgresUsageSink usage =
                new PostgresUsageSink(postgres(options), sinkOptions(options, meters));
        return new MeteringEnds(
                UsageEventsSource.unbounded(
                        new KafkaTopic(
                                options.eventsTopic(),
                                options.consumerGroup(),
                                options.successorTopicId()),
                        kafka,
                        watermarkRules(options),
                        new Parser(meters)),
                usage,
                RecordSinks.rejected(options.rejectedTopic(), options.eventsTopic(), kafka),
                RecordSinks.late(options.lateTopic(), options.eventsTopic(), kafka),
                lake(options, meters, checkpointInterval, usage));
    }

    /** A stale event never counts, so it does not hold up what does. */
    private static WatermarkRules watermarkRules(MeteringOptions options) {
        Duration horizon = options.dedupeHorizon();
        Duration longest = WatermarkRules.LONGEST_HOLD;
        return new WatermarkRules(
                options.outOfOrderness(),
                options.idleAfter(),
                horizon.compareTo(longest) < 0 ? horizon : longest);
    }

    private static LakeEnd lake(
            MeteringOptions options,
            List<Meter> meters,
            Duration checkpointInterval,
            PostgresUsageSink usage) {
        LakeOptions catalog = options.lake();
        if (catalog == null) {
            return LakeEnd.NONE;
        }
        IcebergLake lake =
                new IcebergLake(
                        catalog,
                        LakeSchedule.of(options.lakeCommitInterval(), checkpointInterval),
                        meters.stream().collect(toMap(Meter::slug, Meter::aggregation)),
                        new LedgerInPostgres(postgres(options), options.pipeline()),
                        options.rewindTo());
        return (rows, stage) ->
                usage.followedBy(lake.write(rows, stage.uid(), stage.label())::follow);
    }

    /** One connection to Postgres, opened when it is first used. */
    static JdbcConnectionProvider postgres(MeteringOptions options) {
        return new SimpleJdbcConnectionProvider(
                new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
                        .withUrl(options.postgresUrl())
                        .withDriverName("org.postgresql.Driver")
                        .withUsername(options.postgresUser())
                        .withPassword(options.postgresPassword())
                        .withProperty("ApplicationName", "tallyflow")
                        .withProperty("prepareThreshold", Integer.toString(NEVER_PREPARED))
                        .withProperty("tcpKeepAlive", "true")
                        .withProperty("connectTimeout", Integer.toString(CONNECT_SECONDS))
                        .withProperty("socketTimeout", Integer.toString(SOCKET_SECONDS))
                        .withConnectionCheckTimeoutSeconds(CONNECTION_CHECK_SECONDS)
                        .build());
    }

    /** Opens a new connection each time. */
    static DataSource dataSource(MeteringOptions options) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(options.postgresUrl());
        source.setUser(options.postgresUser());
        source.setPassword(options.postgresPassword());
        source.setApplicationName("tallyflow");
        source.setPrepareThreshold(NEVER_PREPARED);
        source.setConnectTimeout(CONNECT_SECONDS);
        source.setSocketTimeout(SOCKET_SECONDS);
        return source;
    }

    private static PostgresSinkOptions sinkOptions(MeteringOptions options, List<Meter> meters) {
        return PostgresSinkOptions.of(meters)
                .withPipeline(options.pipeline())
                .withShards(options.subjectShards())
                .withRewindTo(options.rewindTo())
                .withStateKept(options.stateKept())
                .withPatience(options.postgresPatience());
    }

    /** One parser per reader, made where it is used. */
    private static final class Parser implements RecordParser {

        private static final long serialVersionUID = 1L;

        private final ArrayList<Meter> meters;
        private transient @Nullable UsageEventParser parser;

        Parser(List<Meter> meters) {
            this.meters = new ArrayList<>(meters);
        }

        @Override
        public ParsedRecord parse(ConsumedRecord record) {
            UsageEventParser current = parser;
            if (current == null) {
                current = new UsageEventParser(new MeterPaths(meters));
                parser = current;
            }
            return current.parse(record);
        }
    }
}
