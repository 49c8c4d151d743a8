package io.tallyflow.local.embedded;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.connectors.iceberg.table.LakeConnection;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.Option;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** The metering pipeline between the servers that the settings name. */
final class MeteringTopology implements JobTopology {

    @Override
    public void build(StreamExecutionEnvironment environment, JobSettings settings)
            throws IOException, SQLException {
        MeteringJob.build(
                environment, MeteringJob.check(environment.getConfiguration(), options(settings)));
    }

    private static MeteringOptions options(JobSettings settings) {
        List<String> arguments = new ArrayList<>();
        add(arguments, Option.KAFKA_BOOTSTRAP, settings.kafkaBootstrap());
        Path kafkaProperties = settings.kafka().file();
        if (kafkaProperties != null) {
            add(arguments, Option.KAFKA_PROPERTIES, kafkaProperties.toString());
        }
        add(arguments, Option.POSTGRES_URL, settings.postgresUrl());
        add(arguments, Option.POSTGRES_USER, settings.postgresUser());
        add(arguments, Option.METERS, settings.meters().toString());
        add(arguments, Option.LAKE_CATALOG, "jdbc");
        add(arguments, Option.LAKE_URI, LakeAddress.catalogUrl(settings.postgresUrl()));
        add(arguments, Option.LAKE_USER, settings.postgresUser());
        add(arguments, Option.LAKE_WAREHOUSE, Directories.location(settings.warehouse()));
        add(arguments, Option.LAKE_COMMIT_INTERVAL, "20 s");
        String password = settings.postgresPassword();
        return MeteringOptionsReader.read(
                arguments.toArray(String[]::new),
                password == null
                        ? Map.of()
                        : Map.of(
                                MeteringOptionsReader.PASSWORD_VARIABLE, password,
                                LakeConnection.PASSWORD_VARIABLE, password));
    }

    private static void add(List<String> arguments, Option option, String value) {
        arguments.add("--" + option.key());
        arguments.add(value);
    }
}
