package io.tallyflow.operations.job;

import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.meters.MeterDefinitions;
import io.tallyflow.schemas.commit.RewindTarget;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The job's own options, checked before a cluster gets them.
 *
 * @param texts as they are given to the job
 * @param meant what they say
 */
public record JobArguments(List<String> texts, MeteringOptions meant) {

    private static final String REWIND_TO = "--" + Option.REWIND_TO.key();

    private static final List<String> FILES =
            List.of(
                    "--" + Option.METERS.key(),
                    "--" + Option.KAFKA_PROPERTIES.key(),
                    "--" + Option.LAKE_PROPERTIES.key());

    /**
     * The options with absolute paths: the cluster's processes run in another directory.
     *
     * @throws RequestRefusedException with everything that is wrong with them, or with the meters
     */
    public static JobArguments checked(List<String> given, Map<String, String> environment) {
        List<String> arguments = new ArrayList<>(given);
        for (int i = 1; i < arguments.size(); i += 2) {
            if (FILES.contains(arguments.get(i - 1)) && !arguments.get(i).isEmpty()) {
                arguments.set(i, Path.of(arguments.get(i)).toAbsolutePath().normalize().toString());
            }
        }
        MeteringOptions options = options(arguments, environment);
        MeterDefinitions.read(options.meters(), "--meters " + options.meters());
        return new JobArguments(arguments, options);
    }

    private static MeteringOptions options(
            List<String> arguments, Map<String, String> environment) {
        try {
            return MeteringOptionsReader.read(arguments.toArray(String[]::new), environment);
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException(Objects.toString(e.getMessage(), e.toString()));
        }
    }

    /** The same, for a start that may take the results back. */
    JobArguments withRewindTo(RewindTarget target) {
        List<String> more = new ArrayList<>(texts);
        more.addAll(List.of(REWIND_TO, target.toString()));
        return new JobArguments(more, meant);
    }

    /** The Postgres that the job writes to. */
    PostgresAddress postgres() {
        return new PostgresAddress(meant.postgres().connection());
    }
}
