package io.tallyflow.cli.cluster;

import io.tallyflow.cli.connect.ClusterOptions;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.operations.job.JobArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code tallyflow submit}. */
@Command(
        name = "submit",
        description = {
            "Runs the job on a Flink cluster, without state, and waits until all its tasks run.",
            "All further options are the job's own, --name value each."
        })
public final class SubmitCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ClusterOptions cluster = new ClusterOptions();
    @Mixin private final JobOptions job = new JobOptions();
    @Unmatched private final List<String> jobOptions = new ArrayList<>();

    @Override
    public Integer call() {
        JobArguments arguments = JobArguments.checked(jobOptions, System.getenv());
        job.on(cluster, Console.progress(spec)).run(arguments, null);
        return 0;
    }
}
