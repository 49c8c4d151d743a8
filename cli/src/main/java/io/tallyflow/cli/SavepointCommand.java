package io.tallyflow.cli;

import io.tallyflow.cli.cluster.Deadline;
import io.tallyflow.cli.cluster.FlinkCluster;
import io.tallyflow.cli.cluster.LedgerPosition;
import io.tallyflow.cli.cluster.RecordedSavepoint;
import io.tallyflow.cli.cluster.Savepoint;
import io.tallyflow.cli.cluster.SavepointFormat;
import io.tallyflow.cli.cluster.SavepointTable;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
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
    @Mixin private final ClusterOptions target = new ClusterOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final PipelineOption pipeline = new PipelineOption();

    @Option(names = "--stop", description = "The job ends with it.")
    private boolean stop;

    @Option(
            names = "--drain",
            description =
                    "Refused: the last watermark of a drained job would settle every open window.")
    private boolean drain;

    @Option(
            names = "--job",
            paramLabel = "ID",
            description = "The job; needed only where several run.")
    private @Nullable String job;

    @Option(
            names = "--directory",
            paramLabel = "URI",
            description = "Where to put it; without it the cluster's savepoint directory.")
    private @Nullable String directory;

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "CANONICAL",
            description = "canonical or native.")
    private SavepointFormat format = SavepointFormat.CANONICAL;

    @Override
    public Integer call() {
        if (drain) {
            throw new UsageProblem(
                    "--drain is refused: the last watermark of a drained job would settle every"
                            + " open window, and their later readings would all be late; use --stop");
        }
        Duration patience = target.patience();
        FlinkCluster cluster = target.cluster();
        PostgresAddress postgres = connection.find(System.getenv()).postgres();
        LedgerPosition before = position(postgres);
        String id = ClusterOptions.onlyJob(cluster, job);
        Deadline end = Deadline.in(patience);
        Savepoint taken = cluster.trigger(id, directory, format, stop).await(patience);
        PrintWriter out = Console.out(spec);
        Console.say(out, "savepoint", taken.path());
        record(postgres, taken, before, id);
        Console.say(out, "commit", commit(postgres, taken, end));
        return 0;
    }

    private LedgerPosition position(PostgresAddress postgres) {
        try (Connection to = postgres.connect()) {
            SavepointTable table = new SavepointTable(to, pipeline.name());
            // That there is a table, before there is something to put into it.
            table.all();
            return table.position();
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private void record(
            PostgresAddress postgres, Savepoint taken, LedgerPosition before, String id) {
        try (Connection to = postgres.connect()) {
            new SavepointTable(to, pipeline.name())
                    .add(taken, before, id, format, stop, System.getProperty("user.name"));
        } catch (SQLException e) {
            throw new CommandFailure(
                    "the savepoint was taken, but is not on record: "
                            + PostgresTrouble.failure(postgres, e).getMessage(),
                    e);
        }
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
