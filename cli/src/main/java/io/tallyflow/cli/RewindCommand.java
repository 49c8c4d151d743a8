package io.tallyflow.cli;

import io.tallyflow.cli.cluster.ClusterFailure;
import io.tallyflow.cli.cluster.Deadline;
import io.tallyflow.cli.cluster.FlinkCluster;
import io.tallyflow.cli.cluster.FlinkCluster.UploadedJar;
import io.tallyflow.cli.cluster.JobView;
import io.tallyflow.cli.cluster.LedgerHistory;
import io.tallyflow.cli.cluster.LedgerHistory.Newest;
import io.tallyflow.cli.state.FilesSeen;
import io.tallyflow.jobs.metering.EventsTopic;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.jobs.metering.MeteringOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
final class RewindCommand implements Callable<Integer> {

    private static final String POSTGRES_URL = io.tallyflow.jobs.metering.Option.POSTGRES_URL.key();
    private static final String PIPELINE = io.tallyflow.jobs.metering.Option.PIPELINE.key();

    private static final String NOTHING_YET =
            "no job runs, and nothing was taken back; repeat the command, or start the job from its"
                    + " newest checkpoint: ";

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ClusterOptions target = new ClusterOptions();
    @Mixin private final Submission submission = new Submission();
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
        Duration patience = target.patience();
        FlinkCluster cluster = target.cluster();
        submission.requireParallelism();
        JobArguments arguments = JobArguments.checked(jobOptions, System.getenv());
        MeteringOptions options = arguments.meant();
        if (options.rewindTo() != null) {
            throw new UsageProblem(
                    "--rewind-to is what this command finds out itself: leave it out, or use it"
                            + " with start");
        }
        PrintWriter out = Console.out(spec);
        RewindPlan plan = plan(arguments, out);
        String running = running(cluster, options);
        // Whether it answers, while nothing has changed.
        LakeFollowing lake = lake(options);
        if (dryRun) {
            return 0;
        }
        UploadedJar jar = submission.upload(cluster, out);
        if (running != null) {
            cluster.cancel(running, patience);
            Console.say(out, "canceled", running);
        }
        Newest before;
        String started;
        try {
            // What that job put in until it ended goes, too.
            before = newest(arguments);
            lake = lake(options);
            started =
                    submission.start(
                            cluster,
                            jar,
                            arguments.withRewindTo(plan.target()),
                            path,
                            patience,
                            out);
        } catch (CommandFailure | ClusterFailure e) {
            throw new CommandFailure(NOTHING_YET + e.getMessage(), e);
        }
        Console.say(out, "commit", firstCommit(cluster, started, arguments, before, patience));
        if (lake != null) {
            lake.await(Deadline.in(patience), out);
        }
        return 0;
    }

    private static @Nullable LakeFollowing lake(MeteringOptions options) {
        return options.lake() == null ? null : LakeFollowing.of(options.lake());
    }

    private RewindPlan plan(JobArguments arguments, PrintWriter out) {
        MeteringOptions options = arguments.meant();
        PostgresAddress postgres = arguments.postgres();
        SavepointFiles files = new SavepointFiles(System.getenv());
        try (Connection connection = postgres.connect()) {
            RewindPlan plan = RewindPlan.to(path, options.pipeline(), files, connection);
            Console.say(out, "back to", plan.staying());
            Console.say(out, "taken", plan.takenBack());
            if (plan.files() == FilesSeen.NOT_LOOKED_FOR) {
                Console.say(out, "files", SavepointFiles.NOT_LOOKED_FOR);
            }
            plan.requireRecords(options.eventsTopic(), EventsTopic.firstOffsets(options));
            return plan;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        } catch (IOException e) {
            throw new CommandFailure(
                    "it is not known whether Kafka can give again what a rewind would take back,"
                            + " so nothing was changed: "
                            + e.getMessage(),
                    e);
        }
    }

    /** The job that is to end, or null if none runs. */
    private @Nullable String running(FlinkCluster cluster, MeteringOptions options) {
        if (cluster.unfinished(MeteringJob.NAME).isEmpty()) {
            return null;
        }
        String running = ClusterOptions.onlyJob(cluster, job);
        if (job == null) {
            requireSameResults(running, cluster.options(running), options.shown());
        }
        return running;
    }

    /** One that writes elsewhere is none of ours, though it is the only one there. */
    private static void requireSameResults(
            String running, Map<String, String> its, Map<String, String> ours) {
        for (String option : List.of(POSTGRES_URL, PIPELINE)) {
            String there = its.get(option);
            if (there != null && !there.equals(ours.get(option))) {
                throw new CommandFailure(
                        "job "
                                + running
                                + " runs with --"
                                + option
                                + " "
                                + there
                                + " and not "
                                + ours.get(option)
                                + ": if it is the one that is to end, say so with --job "
                                + running);
            }
        }
    }

    private static Newest newest(JobArguments arguments) {
        PostgresAddress postgres = arguments.postgres();
        try (Connection connection = postgres.connect()) {
            return new LedgerHistory(connection, arguments.meant().pipeline()).newest();
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    /** In its transaction the results go back. */
    private static String firstCommit(
            FlinkCluster cluster,
            String started,
            JobArguments arguments,
            Newest before,
            Duration patience) {
        Newest made =
                Deadline.in(patience)
                        .await(
                                () -> {
                                    requireAlive(cluster, started);
                                    Newest now = newest(arguments);
                                    return now.token() == before.token() ? null : now;
                                });
        if (made == null) {
            throw new CommandFailure(
                    "job "
                            + started
                            + " runs, but has made no commit after "
                            + patience.toSeconds()
                            + " s: nothing is taken back until it does. "
                            + Objects.requireNonNullElse(cluster.failure(started), "See its page"));
        }
        return made.position().commit() + "  epoch " + made.position().epoch();
    }

    private static void requireAlive(FlinkCluster cluster, String started) {
        JobView job = cluster.job(started);
        if (job.isOver()) {
            throw new CommandFailure(
                    NOTHING_YET
                            + "job "
                            + started
                            + " is "
                            + job.state()
                            + ": "
                            + Objects.requireNonNullElse(cluster.failure(started), "see its page"));
        }
    }
}
