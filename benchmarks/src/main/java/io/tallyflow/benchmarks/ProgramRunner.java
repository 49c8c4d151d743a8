package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.BrokerProcess;
import io.tallyflow.benchmarks.measure.FreshPostgres;
import io.tallyflow.benchmarks.measure.MeasureException;
import io.tallyflow.benchmarks.measure.Workplace;
import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.programs.ProgramProcess;
import io.tallyflow.benchmarks.programs.ProgramSettings;
import io.tallyflow.cli.embedded.Directories;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Runs programs one after another, each with files and a Postgres of its own, on topics that are
 * loaded.
 */
final class ProgramRunner {

    private final Workplace workplace;
    private final BrokerProcess broker;
    private final Load load;
    private int runs;

    ProgramRunner(Workplace workplace, BrokerProcess broker, Load load) {
        this.workplace = workplace;
        this.broker = broker;
        this.load = load;
    }

    /**
     * How every program is run.
     *
     * @param markShare share of the records that is before the mark
     * @param meters how many of the meters the product counts
     * @param patience after which a program gives up
     */
    record Load(double markShare, int parallelism, int meters, Duration patience) {

        /** Where the mark is in so many records. */
        long markAt(long records) {
            return Math.round(markShare * records);
        }
    }

    /** Runs one and removes what it leaves. */
    ProgramProcess.Taken run(ProgramName program, LoadedTopic topic) {
        Path directory = workplace.directory("run-" + ++runs);
        try {
            return program.needsPostgres()
                    ? runWithPostgres(program, topic, directory)
                    : run(settings(program, topic, directory, ""), broker::cpuNanos);
        } finally {
            Directories.delete(directory);
        }
    }

    private ProgramProcess.Taken runWithPostgres(
            ProgramName program, LoadedTopic topic, Path directory) {
        FreshPostgres postgres =
                workplace.start(
                        () ->
                                FreshPostgres.start(
                                        workplace.directory("postgres-" + runs),
                                        workplace.directory("postgres-software")));
        try {
            return run(
                    settings(program, topic, directory, postgres.url()),
                    () -> broker.cpuNanos() + postgres.cpuNanos());
        } finally {
            workplace.stop(postgres);
        }
    }

    private ProgramSettings settings(
            ProgramName program, LoadedTopic topic, Path directory, String postgresUrl) {
        return new ProgramSettings(
                program,
                broker.bootstrap(),
                topic.name(),
                topic.records(),
                topic.unique(),
                load.markAt(topic.records()),
                load.parallelism(),
                load.meters(),
                directory,
                postgresUrl,
                load.patience());
    }

    private ProgramProcess.Taken run(ProgramSettings settings, LongSupplier serversCpu) {
        ProgramProcess process = workplace.start(() -> ProgramProcess.start(settings));
        try {
            return process.await(serversCpu);
        } catch (IOException e) {
            throw new MeasureException("the result cannot be read: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new MeasureException("interrupted", e);
        } finally {
            workplace.stop(process);
        }
    }
}
