package io.tallyflow.cli;

import io.tallyflow.cli.cluster.Deadline;
import io.tallyflow.cli.cluster.LedgerPosition;
import io.tallyflow.cli.cluster.RecordedSavepoint;
import io.tallyflow.cli.cluster.Savepoint;
import io.tallyflow.cli.cluster.SavepointTable;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
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
final class SavepointCommand implements Callable<Integer> {

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
            throw new UsageProblem(
                    "--drain is refused: the last watermark of a drained job would settle every"
                            + " open window, and their later readings would all be late; use --stop");
        }
        Connections running = connection.find(System.getenv());
        PostgresAddress postgres = running.postgres();
        SavepointTaker taker =
                new SavepointTaker(options.cluster(running), postgres, pipeline.name());
        PrintWriter out = Console.out(spec);
        Deadline end = Deadline.in(options.patience());
        Savepoint taken = taker.take(options, stop, out);
        Console.say(out, "commit", commit(postgres, taken, end));
        return 0;
    }

    /** Of a job that goes on it is made with its next checkpoint. */
    private String commit(PostgresAddress postgres, Savepoint taken, Deadline end) {
        try (Connection to = postgres.connect()) {
            SavepointTable table = new SavepointTable(to, pipeline.name());
            LedgerPosition position = end.await(() -> position(table, taken));
            return (position == null ? "not yet" : Long.toString(position.commit()))
                    + (position == null ? "" : "  epoch " + position.epoch())
                    + "  checkpoint "
                    + taken.checkpoint();
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private static @Nullable LedgerPosition position(SavepointTable table, Savepoint taken) {
        try {
            RecordedSavepoint known = table.at(taken.path());
            return known == null ? null : known.position();
        } catch (SQLException e) {
            throw new CommandFailure("Postgres does not say which commit it stands for: " + e, e);
        }
    }
}
