package io.tallyflow.benchmarks.rewind;

import io.tallyflow.benchmarks.measure.MeasureException;
import io.tallyflow.benchmarks.programs.Patience;
import io.tallyflow.benchmarks.programs.ProductOptions;
import io.tallyflow.benchmarks.programs.ProgramSettings;
import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.benchmarks.workload.SubjectMix;
import io.tallyflow.benchmarks.workload.TopicLoader;
import io.tallyflow.benchmarks.workload.WorkloadSettings;
import io.tallyflow.benchmarks.workload.WorkloadTruth;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.local.embedded.EmbeddedFlink;
import io.tallyflow.local.embedded.JobSettings;
import io.tallyflow.local.embedded.RetainedCheckpoints;
import io.tallyflow.local.embedded.RunningJob;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.schemas.commit.RewindTarget;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Rewinds a database that holds years. Tallyflow's own job, without Iceberg tables, makes a first
 * few commits, and its newest checkpoint is kept. Rows of later months are then put beside its own.
 * The job goes on for so many commits, and is started once more from that checkpoint, with a rewind
 * to where it stands.
 */
public final class LargeRewind {

    private static final long FIRST_EVENTS = 20_000;
    private static final long EVENTS_OF_COMMIT = 2_000;

    private final String kafka;
    private final String postgres;
    private final Path directory;
    private final Size size;
    private final PrintWriter progress;

    /**
     * On servers that are empty.
     *
     * @param kafka {@code host:port}
     * @param postgres JDBC URL
     * @param directory for files, empty
     */
    public LargeRewind(
            String kafka, String postgres, Path directory, Size size, PrintWriter progress) {
        this.kafka = kafka;
        this.postgres = postgres;
        this.directory = directory;
        this.size = size;
        this.progress = progress;
    }

    /**
     * Of what.
     *
     * @param rows beside those that the job writes
     * @param months that they are spread over
     * @param commits that are taken back
     * @param patience after which each step has failed
     */
    public record Size(long rows, int months, int commits, Duration patience) {}

    /**
     * What a rewind took.
     *
     * @param rows that there were
     * @param partitions of usage rows that there are
     * @param touched of these, those that it looked into
     * @param commits that were taken back
     * @param seconds from the beginning of its transaction until its results could be seen
     */
    public record Rewound(long rows, long partitions, long touched, long commits, double seconds) {}

    /** Measures one. */
    public Rewound measure() throws Exception {
        WorkloadSettings workload =
                WorkloadSettings.standard(
                        FIRST_EVENTS + 4 * size.commits() * EVENTS_OF_COMMIT, SubjectMix.UNIFORM);
        TopicLoader loader = new TopicLoader(kafka, Topics.EVENTS);
        try (YearsOfRows years = YearsOfRows.connect(postgres)) {
            loader.load(workload, 0, FIRST_EVENTS, new WorkloadTruth());
            run(null, null, job -> await(job, () -> years.consumed() >= FIRST_EVENTS));
            Path state = RetainedCheckpoints.newest(settings(null).checkpoints()).orElseThrow();
            progress.printf("%,d rows over %d months%n", size.rows(), size.months());
            long rows = years.fill(size.rows(), size.months());
            progress.printf("%d commits%n", size.commits());
            run(state, null, job -> goOn(job, years, loader, workload));
            return rewind(years, state, rows);
        }
    }

    private Rewound rewind(YearsOfRows years, Path state, long rows) throws Exception {
        long checkpoint = Long.parseLong(state.getFileName().toString().replace("chk-", ""));
        RewindTarget target = years.target(checkpoint);
        long commits = years.commit() - target.commit();
        progress.printf("a rewind to %s%n", target);
        years.remember();
        double[] seconds = new double[1];
        run(
                state,
                target,
                job ->
                        await(
                                job,
                                () -> {
                                    seconds[0] = years.secondsOfRewind();
                                    return seconds[0] > 0;
                                }));
        return new Rewound(rows, years.partitions(), years.touched(), commits, seconds[0]);
    }

    /** Events, until they have brought so many commits. */
    private void goOn(
            RunningJob job, YearsOfRows years, TopicLoader loader, WorkloadSettings workload)
            throws Exception {
        long enough = years.commit() + size.commits();
        for (long next = FIRST_EVENTS;
                years.commit() < enough && next < workload.records();
                next += EVENTS_OF_COMMIT) {
            long before = years.commit();
            loader.load(workload, next, next + EVENTS_OF_COMMIT, new WorkloadTruth());
            await(job, () -> years.commit() > before);
        }
        if (years.commit() < enough) {
            throw new MeasureException("too few commits");
        }
    }

    private void run(@Nullable Path state, @Nullable RewindTarget target, Step step)
            throws Exception {
        EmbeddedFlink flink =
                new EmbeddedFlink(
                        (environment, job) ->
                                MeteringJob.build(
                                        environment,
                                        MeteringJob.check(
                                                environment.getConfiguration(),
                                                ProductOptions.rewinding(job, target))));
        try (RunningJob running = flink.start(settings(state))) {
            step.run(running);
        }
    }

    private JobSettings settings(@Nullable Path state) throws IOException {
        Path meters = directory.resolve("meters.yaml");
        Files.writeString(meters, BenchmarkMeter.definitions(BenchmarkMeter.values().length));
        return new JobSettings(
                kafka,
                postgres,
                ProgramSettings.POSTGRES_USER,
                null,
                meters,
                directory.resolve("flink"),
                0,
                1,
                state);
    }

    private void await(RunningJob job, Reached reached) throws Exception {
        new Patience(size.patience(), job.ended()).await(reached::isSo);
    }

    @FunctionalInterface
    private interface Step {
        void run(RunningJob job) throws Exception;
    }

    @FunctionalInterface
    private interface Reached {
        boolean isSo() throws SQLException;
    }
}
