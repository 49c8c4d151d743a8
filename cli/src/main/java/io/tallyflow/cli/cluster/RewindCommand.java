package io.tallyflow.cli.cluster;

import io.tallyflow.cli.connect.ClusterOptions;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.operations.job.JobArguments;
import io.tallyflow.operations.job.Rewind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code tallyflow rewind}. */
@Command(
        name = "rewind",
        description = {
            "Takes job, Postgres and lake back to a savepoint, and lets the job go on from there:"
                    + " what came after the savepoint is read from Kafka again.",
            "All further options are the job's own, --name value each, as for start."
        })
public final class RewindCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ClusterOptions target = new ClusterOptions();
    @Mixin private final JobOptions jobStart = new JobOptions();
    @Unmatched private final List<String> jobOptions = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "SAVEPOINT",
            required = true,
            description =
                    "Path of a savepoint as tallyflow savepoints lists it. It stays as it is.")
    private String path = "";

    @Option(
            names = "--job",
            paramLabel = "ID",
            description = "The job that runs and is to end; needed only where several run.")
    private @Nullable String job;

    @Option(
            names = "--dry-run",
            description = "Only says what would be taken back, and whether it can be.")
    private boolean dryRun;

    @Override
    public Integer call() {
        Integer parallelism = jobStart.parallelism();
        Rewind rewind =
                new Rewind(
                        target.cluster(),
                        JobArguments.checked(jobOptions, System.getenv()),
                        path,
                        job,
                        System.getenv(),
                        target.patience(),
                        Console.progress(spec));
        if (dryRun) {
            rewind.plan();
        } else {
            rewind.run(jobStart.jar(), parallelism);
        }
        return 0;
    }
}
