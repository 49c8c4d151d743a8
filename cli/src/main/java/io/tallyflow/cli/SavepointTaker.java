package io.tallyflow.cli;

import io.tallyflow.cli.cluster.FlinkCluster;
import io.tallyflow.cli.cluster.LedgerPosition;
import io.tallyflow.cli.cluster.Savepoint;
import io.tallyflow.cli.cluster.SavepointTable;
import io.tallyflow.cli.state.CommitOfState;
import io.tallyflow.cli.state.FlinkFiles;
import io.tallyflow.schemas.commit.CommitName;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes savepoints of a pipeline's job and puts each on record. */
final class SavepointTaker {

    private static final Logger LOG = LoggerFactory.getLogger(SavepointTaker.class);

    private final FlinkCluster cluster;
    private final PostgresAddress postgres;
    private final String pipeline;

    SavepointTaker(FlinkCluster cluster, PostgresAddress postgres, String pipeline) {
        this.cluster = cluster;
        this.postgres = postgres;
        this.pipeline = pipeline;
    }

    /**
     * Takes one, and says where as soon as it is there.
     *
     * @param stop whether the job ends with it
     * @throws CommandFailure if it is not taken, or taken and not on record
     */
    Savepoint take(SavepointOptions options, boolean stop, PrintWriter out) {
        Duration patience = options.patience();
        LedgerPosition before = position();
        String job = ClusterOptions.onlyJob(cluster, options.job());
        Savepoint taken =
                cluster.trigger(job, options.directory(), options.format(), stop).await(patience);
        Console.say(out, "savepoint", taken.path());
        record(options, stop, taken, before, job);
        return taken;
    }

    private LedgerPosition position() {
        try (Connection to = postgres.connect()) {
            SavepointTable table = new SavepointTable(to, pipeline);
            // That there is a table, before there is something to put into it.
            table.all();
            return table.position();
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private void record(
            SavepointOptions options,
            boolean stop,
            Savepoint taken,
            LedgerPosition before,
            String job) {
        try (Connection to = postgres.connect()) {
            new SavepointTable(to, pipeline)
                    .add(
                            taken,
                            before,
                            job,
                            options.format(),
                            stop,
                            System.getProperty("user.name"),
                            name(taken));
        } catch (SQLException e) {
            throw new CommandFailure(
                    "the savepoint was taken, but is not on record: "
                            + PostgresTrouble.failure(postgres, e).getMessage(),
                    e);
        }
    }

    /**
     * Its files may be out of reach of this machine, or of a kind that it does not know; then the
     * place in the history must do. Whatever is the matter, what was taken goes on record.
     */
    private static @Nullable CommitName name(Savepoint taken) {
        try {
            FlinkFiles.prepare(System.getenv());
            CommitName name = CommitOfState.in(taken.path());
            return name.checkpoint() == taken.checkpoint() ? name : null;
        } catch (RuntimeException e) {
            LOG.info("The commit of {} is not known by its files", taken.path(), e);
            return null;
        }
    }
}
