package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.BrokerProcess;
import io.tallyflow.benchmarks.measure.FreshPostgres;
import io.tallyflow.benchmarks.measure.MeasureException;
import io.tallyflow.benchmarks.measure.Workplace;
import io.tallyflow.benchmarks.programs.ProgramName;
import io.tallyflow.benchmarks.programs.ProgramProcess;
import io.tallyflow.benchmarks.programs.ProgramSettings;
import io.tallyflow.connectors.directory.Directories;
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
     * @param meters how many of the meters the product counts
     * @param shards over how many keys the product spreads the events of one subject
     * @param patience after which a program gives up
     * @param steady how long checkpoints are measured at a steady rate
     * @param filterBytes what filters of older identities may fill in each slot; 0 for their share
     *     of the heap
     */
    record Load(
            int parallelism,
            int meters,
            int shards,
            Duration patience,
            Duration steady,
            long filterBytes) {}

    /** Runs one and removes what it leaves. */
    ProgramProcess.Taken run(ProgramName program, LoadedTopic topic) {
        return run(program, topic, () -> {});
    }

    /**
     * Runs one and removes what it leaves.
     *
     * @param atLast is run when its last result is there, while it may still go on
     */
    ProgramProcess.Taken run(ProgramName program, LoadedTopic topic, Runnable atLast) {
        Path directory = workplace.directory("run-" + ++runs);
        try {
            return program.needsPostgres()
                    ? runWithPostgres(program, topic, directory, atLast)
                    : run(settings(program, topic, directory, ""), broker::cpuNanos, atLast);
        } finally {
            Directories.delete(directory);
        }
    }

    private ProgramProcess.Taken runWithPostgres(
            ProgramName program, LoadedTopic topic, Path directory, Runnable atLast) {
        FreshPostgres postgres =
                workplace.start(
                        () ->
                                FreshPostgres.start(
                                        workplace.directory("postgres-" + runs),
                                        workplace.directory("postgres-software")));
        try {
            return run(
                    settings(program, topic, directory, postgres.url()),
                    () -> broker.cpuNanos() + postgres.cpuNanos(),
                    atLast);
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
                topic.markAt(),
                load.parallelism(),
                load.meters(),
                load.shards(),
                directory,
                postgresUrl,
                load.patience(),
                load.steady(),
                load.filterBytes());
    }

    private ProgramProcess.Taken run(
            ProgramSettings settings, LongSupplier serversCpu, Runnable atLast) {
        ProgramProcess process = workplace.start(() -> ProgramProcess.start(settings));
        try {
            return process.await(serversCpu, atLast);
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
