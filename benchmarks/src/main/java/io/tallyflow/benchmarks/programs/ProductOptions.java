package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.cli.embedded.JobSettings;
import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.Option;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What Tallyflow's job is told in a benchmark: the defaults, but for addresses and meters. */
final class ProductOptions {

    private static final String NO_POSTGRES = "jdbc:postgresql://127.0.0.1:1/none";

    private ProductOptions() {}

    /** As {@code up} would start it; writes the definitions. */
    static JobSettings job(ProgramSettings settings) throws IOException {
        Path meters = settings.directory().resolve("meters.yaml");
        Files.writeString(meters, BenchmarkMeter.definitions(settings.meters()));
        String postgres = settings.postgresUrl();
        return new JobSettings(
                settings.kafka(),
                postgres.isEmpty() ? NO_POSTGRES : postgres,
                ProgramSettings.POSTGRES_USER,
                null,
                meters,
                settings.directory().resolve("flink"),
                0,
                settings.parallelism(),
                null);
    }

    /** The options of a job without Iceberg tables. */
    static MeteringOptions withoutLake(JobSettings job, int shards) {
        List<String> arguments =
                List.of(
                        "--" + Option.KAFKA_BOOTSTRAP.key(), job.kafkaBootstrap(),
                        "--" + Option.POSTGRES_URL.key(), job.postgresUrl(),
                        "--" + Option.POSTGRES_USER.key(), job.postgresUser(),
                        "--" + Option.METERS.key(), job.meters().toString(),
                        "--" + Option.SUBJECT_SHARDS.key(), Integer.toString(shards));
        return MeteringOptionsReader.read(arguments.toArray(String[]::new), Map.of());
    }
}
