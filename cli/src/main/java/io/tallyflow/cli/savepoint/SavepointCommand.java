package io.tallyflow.cli.savepoint;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.PipelineOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.operations.job.SavepointRequest;
import io.tallyflow.operations.job.SavepointTaker;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.ledger.LedgerPosition;
import io.tallyflow.results.savepoint.Savepoint;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow savepoint}. */
@Command(
        name = "savepoint",
        description =
                "Takes a savepoint of the job on a Flink cluster, puts it on record, and says which"
                        + " commit it stands for.")
public final class SavepointCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final SavepointOptions options = new SavepointOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final PipelineOption pipeline = new PipelineOption();

    @Option(names = "--stop", description = "The job ends with it.")
    private boolean stop;

    @Option(
            names = "--drain",
            description =
                    "Refused: the last watermark of a drained job would settle every open window.")
    private boolean drain;

    @Override
    public Integer call() {
        if (drain) {
            throw new RequestRefusedException(
                    "--drain is refused: the last watermark of a drained job would settle every"
                            + " open window, and their later readings would all be late; use --stop");
        }
        SavepointTaker taker =
                options.taker(
                        connection.find(System.getenv()), pipeline.name(), Console.progress(spec));
        SavepointRequest request = options.request(stop);
        Deadline end = Deadline.in(request.patience());
        Savepoint taken = taker.take(request);
        Console.say(Console.out(spec), "commit", text(taken, taker.commit(taken, end)));
        return 0;
    }

    private static String text(Savepoint taken, @Nullable LedgerPosition position) {
        return (position == null ? "not yet" : position.commit() + "  epoch " + position.epoch())
                + "  checkpoint "
                + taken.checkpoint();
    }
}
