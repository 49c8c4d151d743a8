package io.tallyflow.operations.job;

import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.operations.cluster.FlinkCluster;
import io.tallyflow.operations.state.CommitOfState;
import io.tallyflow.operations.state.FlinkFiles;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.ledger.LedgerPosition;
import io.tallyflow.results.savepoint.RecordedSavepoint;
import io.tallyflow.results.savepoint.Savepoint;
import io.tallyflow.results.savepoint.SavepointTable;
import io.tallyflow.schemas.commit.CommitName;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes savepoints of a pipeline's job and puts each on record. */
public final class SavepointTaker {

    private static final Logger LOG = LoggerFactory.getLogger(SavepointTaker.class);

    private final FlinkCluster cluster;
    private final PostgresAddress postgres;
    private final String pipeline;
    private final Map<String, String> environment;
    private final StepListener progress;

    /**
     * Nothing is asked yet.
     *
     * @param environment names the file systems that savepoints are read from
     */
    public SavepointTaker(
            FlinkCluster cluster,
            PostgresAddress postgres,
            String pipeline,
            Map<String, String> environment,
            StepListener progress) {
        this.cluster = cluster;
        this.postgres = postgres;
        this.pipeline = pipeline;
        this.environment = Map.copyOf(environment);
        this.progress = progress;
    }

    /**
     * Takes one, and tells where as soon as it is there.
     *
     * @throws RequestFailedException if it is not taken, or taken and not on record
     */
    public Savepoint take(SavepointRequest request) {
        LedgerPosition before = position();
        String job = RunningJobs.only(cluster, request.job());
        Savepoint taken =
                cluster.trigger(job, request.directory(), request.format(), request.stop())
                        .await(request.patience());
        progress.done("savepoint", taken.path());
        record(request, taken, before, job);
        return taken;
    }

    /**
     * The commit that a savepoint on record stands for; that of a job that goes on is made with its
     * next checkpoint. Null if it is not made in time.
     */
    public @Nullable LedgerPosition commit(Savepoint taken, Deadline end) {
        try (Connection to = postgres.connect()) {
            SavepointTable table = new SavepointTable(to, pipeline);
            return end.await(() -> commit(table, taken));
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private static @Nullable LedgerPosition commit(SavepointTable table, Savepoint taken) {
        try {
            RecordedSavepoint known = table.at(taken.path());
            return known == null ? null : known.position();
        } catch (SQLException e) {
            throw new RequestFailedException(
                    "Postgres does not say which commit it stands for: " + e, e);
        }
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
            SavepointRequest request, Savepoint taken, LedgerPosition before, String job) {
        try (Connection to = postgres.connect()) {
            new SavepointTable(to, pipeline)
                    .add(
                            taken,
                            before,
                            job,
                            request.format(),
                            request.stop(),
                            request.by(),
                            name(taken));
        } catch (SQLException e) {
            throw new RequestFailedException(
                    "the savepoint was taken, but is not on record: "
                            + PostgresTrouble.failure(postgres, e).getMessage(),
                    e);
        }
    }

    /**
     * Its files may be out of reach of this machine, or of a kind that it does not know; then the
     * place in the history must do. Whatever is the matter, what was taken goes on record.
     */
    private @Nullable CommitName name(Savepoint taken) {
        try {
            FlinkFiles.prepare(environment);
            CommitName name = CommitOfState.in(taken.path());
            return name.checkpoint() == taken.checkpoint() ? name : null;
        } catch (RuntimeException e) {
            LOG.info("The commit of {} is not known by its files", taken.path(), e);
            return null;
        }
    }
}
