package io.tallyflow.operations.job;

import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.jobs.metering.KafkaOptions;
import io.tallyflow.jobs.metering.Option;
import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.operations.cluster.FlinkCluster;
import io.tallyflow.operations.cluster.FlinkCluster.UploadedJar;
import io.tallyflow.operations.cluster.JobView;
import io.tallyflow.operations.state.FilesSeen;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestInput;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.RequestText;
import io.tallyflow.results.ledger.LedgerHistory;
import io.tallyflow.results.ledger.LedgerHistory.Newest;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Takes job, Postgres and lake back to a savepoint, and lets the job go on from there. Everything
 * that can speak against it is asked before anything changes.
 */
public final class Rewind {

    private static final List<String> OF_RESULTS =
            List.of(Option.POSTGRES_URL.key(), Option.PIPELINE.key());

    private static final String NOTHING_YET =
            "no job runs, and nothing was taken back; repeat the command, or start the job from its"
                    + " newest checkpoint: ";

    private final FlinkCluster cluster;
    private final JobArguments arguments;
    private final String savepoint;
    private final @Nullable String ending;
    private final Map<String, String> environment;
    private final Duration patience;
    private final StepListener progress;

    /**
     * Nothing is asked yet.
     *
     * @param arguments of the job that is to go on
     * @param savepoint path of the savepoint, as it is on record
     * @param ending id of the job that is to end; null where at most one runs
     * @param environment names the file systems that savepoints are read from
     * @param patience how long to wait for each step
     * @throws RequestRefusedException if the arguments name a target themselves
     */
    public Rewind(
            FlinkCluster cluster,
            JobArguments arguments,
            String savepoint,
            @Nullable String ending,
            Map<String, String> environment,
            Duration patience,
            StepListener progress) {
        if (arguments.meant().rewindTo() != null) {
            throw new RequestRefusedException(
                    "--rewind-to is what this command finds out itself: leave it out, or use it"
                            + " with start");
        }
        this.cluster = cluster;
        this.arguments = arguments;
        this.savepoint = savepoint;
        this.ending = ending;
        this.environment = Map.copyOf(environment);
        this.patience = patience;
        this.progress = progress;
    }

    /**
     * What a rewind would do, if nothing speaks against it.
     *
     * @param running the job that is to end; null if none runs
     */
    private record Prepared(RewindPlan plan, @Nullable String running) {}

    /**
     * Tells what would be taken back, and changes nothing.
     *
     * @throws RequestFailedException if it cannot be
     */
    public void plan() {
        prepare();
    }

    /**
     * Goes back.
     *
     * @param jar how the job is started that goes on
     * @param parallelism of it; null for the cluster's default
     * @throws RequestFailedException if it cannot be done, or is not known to be done in time
     */
    public void run(Path jar, @Nullable Integer parallelism) {
        Prepared prepared = prepare();
        JobStart start = new JobStart(cluster, jar, parallelism, patience, progress);
        UploadedJar uploaded = start.upload();
        String running = prepared.running();
        if (running != null) {
            cluster.cancel(running, patience);
            progress.done("canceled", running);
        }
        Newest before;
        LakeFollowing lake;
        String started;
        try {
            // What that job put in until it ended goes, too.
            before = newest();
            lake = lake();
            started =
                    start.start(
                            uploaded, arguments.withRewindTo(prepared.plan().target()), savepoint);
        } catch (RequestFailedException e) {
            throw new RequestFailedException(e.text().after(NOTHING_YET), e);
        }
        progress.done("commit", firstCommit(started, before));
        if (lake != null) {
            lake.await(Deadline.in(patience), progress);
        }
    }

    private Prepared prepare() {
        RewindPlan plan = findPlan();
        String running = running();
        // Whether it answers, while nothing has changed.
        lake();
        return new Prepared(plan, running);
    }

    private @Nullable LakeFollowing lake() {
        var lake = arguments.meant().lake().options();
        return lake == null ? null : LakeFollowing.of(lake);
    }

    private RewindPlan findPlan() {
        PostgresAddress postgres = arguments.postgres();
        SavepointFiles files = new SavepointFiles(environment);
        try (Connection connection = postgres.connect()) {
            RewindPlan plan = RewindPlan.to(savepoint, pipeline(), files, connection);
            progress.done("back to", plan.staying());
            progress.done("taken", plan.takenBack());
            if (plan.files() == FilesSeen.NOT_LOOKED_FOR) {
                progress.done("files", SavepointFiles.NOT_LOOKED_FOR);
            }
            EventsTopic topic = events();
            plan.requireRecords(topic.name(), topic.firstOffsets());
            return plan;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (IOException e) {
            throw new RequestFailedException(
                    "it is not known whether Kafka can give again what a rewind would take back,"
                            + " so nothing was changed: "
                            + e.getMessage(),
                    e);
        }
    }

    private String pipeline() {
        return arguments.meant().postgres().pipeline();
    }

    private EventsTopic events() {
        KafkaOptions kafka = arguments.meant().kafka();
        return new EventsTopic(kafka.connection(), kafka.events().name());
    }

    /** The job that is to end, or null if none runs. */
    private @Nullable String running() {
        if (!RunningJobs.any(cluster)) {
            return null;
        }
        String running = RunningJobs.only(cluster, ending);
        if (ending == null) {
            requireSameResults(running, cluster.options(running), arguments.meant().shown());
        }
        return running;
    }

    /** One that writes elsewhere is none of ours, though it is the only one there. */
    private static void requireSameResults(
            String running, Map<String, String> its, Map<String, String> ours) {
        for (String option : OF_RESULTS) {
            String there = its.get(option);
            if (there != null && !there.equals(ours.get(option))) {
                throw new RequestFailedException(
                        RequestText.of(
                                "job " + running + " runs with --" + option + " " + there,
                                " and not " + ours.get(option),
                                ": if it is the one that is to end, say so with ",
                                RequestInput.JOB,
                                " " + running));
            }
        }
    }

    private Newest newest() {
        PostgresAddress postgres = arguments.postgres();
        try (Connection connection = postgres.connect()) {
            return new LedgerHistory(connection, pipeline()).newest();
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    /** In its transaction the results go back. */
    private String firstCommit(String started, Newest before) {
        Newest made =
                Deadline.in(patience)
                        .await(
                                () -> {
                                    requireAlive(started);
                                    Newest now = newest();
                                    return now.token() == before.token() ? null : now;
                                });
        if (made == null) {
            throw new RequestFailedException(
                    "job "
                            + started
                            + " runs, but has made no commit after "
                            + patience.toSeconds()
                            + " s: nothing is taken back until it does. "
                            + Objects.requireNonNullElse(cluster.failure(started), "See its page"));
        }
        return made.position().commit() + "  epoch " + made.position().epoch();
    }

    private void requireAlive(String started) {
        JobView job = cluster.job(started);
        if (job.isOver()) {
            throw new RequestFailedException(NOTHING_YET + JobStart.ended(cluster, job));
        }
    }
}
