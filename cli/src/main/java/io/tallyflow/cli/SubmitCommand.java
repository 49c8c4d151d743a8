package io.tallyflow.cli;

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
final class SubmitCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ClusterOptions cluster = new ClusterOptions();
    @Mixin private final Submission submission = new Submission();
    @Unmatched private final List<String> jobOptions = new ArrayList<>();

    @Override
    public Integer call() {
        submission.run(cluster, jobOptions, null, Console.out(spec));
        return 0;
    }
}
