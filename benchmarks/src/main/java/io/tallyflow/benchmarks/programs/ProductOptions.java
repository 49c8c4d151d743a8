package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.schemas.commit.RewindTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What Tallyflow's job is told in a benchmark: the defaults, but for addresses and meters. */
public final class ProductOptions {

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
        return read(job, List.of("--" + Option.SUBJECT_SHARDS.key(), Integer.toString(shards)));
    }

    /** The options of a job without Iceberg tables that may rewind, if there is a target. */
    public static MeteringOptions rewinding(JobSettings job, @Nullable RewindTarget target) {
        return read(
                job,
                target == null
                        ? List.of()
                        : List.of("--" + Option.REWIND_TO.key(), target.toString()));
    }

    private static MeteringOptions read(JobSettings job, List<String> more) {
        List<String> addresses =
                List.of(
                        "--" + Option.KAFKA_BOOTSTRAP.key(), job.kafkaBootstrap(),
                        "--" + Option.POSTGRES_URL.key(), job.postgresUrl(),
                        "--" + Option.POSTGRES_USER.key(), job.postgresUser(),
                        "--" + Option.METERS.key(), job.meters().toString());
        return MeteringOptionsReader.read(
                Stream.concat(addresses.stream(), more.stream()).toArray(String[]::new), Map.of());
    }
}
