package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.JavaProcess;
import io.tallyflow.benchmarks.measure.MeasureException;
import io.tallyflow.benchmarks.measure.RunResult;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/** Runs a program in a process of its own and brings back what it took. */
public final class ProgramProcess implements AutoCloseable {

    /** The same for all that are compared: as Tallyflow's launcher starts {@code up}. */
    private static final List<String> OPTIONS =
            List.of("-Xms512m", "-Xmx3g", "-XX:+UseParallelGC", "-Duser.timezone=UTC");

    /**
     * A worker of 2 GiB: of that 900 MiB are heap, 512 MiB Flink's managed memory, and the rest is
     * what the Java machine, threads, network buffers and native code take. The job manager is in
     * the same process, so the worker itself has a little less.
     */
    private static final List<String> OPTIONS_OF_SMALL_WORKER =
            List.of("-Xms512m", "-Xmx900m", "-XX:+UseParallelGC", "-Duser.timezone=UTC");

    /** Adds to these, to profile a program. */
    private static final String MORE_OPTIONS = "TALLYFLOW_JAVA_OPTS";

    /** Added to the number of the signal. */
    private static final int BY_SIGNAL = 128;

    private final ProgramSettings settings;
    private final JavaProcess process;
    private final Path resultFile;

    private ProgramProcess(ProgramSettings settings, JavaProcess process, Path resultFile) {
        this.settings = settings;
        this.process = process;
        this.resultFile = resultFile;
    }

    /**
     * What a run took.
     *
     * @param serversCpuNanos CPU time of the servers around the program, while it was measured
     */
    public record Taken(RunResult result, long serversCpuNanos) {}

    /** Starts it; returns at once. */
    public static ProgramProcess start(ProgramSettings settings) throws IOException {
        Path directory = settings.directory();
        Path settingsFile = directory.resolve("settings.properties");
        Path resultFile = directory.resolve("result.properties");
        try (Writer out = Files.newBufferedWriter(settingsFile)) {
            settings.properties().store(out, null);
        }
        JavaProcess process =
                JavaProcess.start(
                        ProgramMain.class,
                        List.of(settingsFile.toString(), resultFile.toString()),
                        options(settings.program()),
                        classPath(settings.program()),
                        directory.resolve("program.log"));
        return new ProgramProcess(settings, process, resultFile);
    }

    private static List<String> options(ProgramName program) {
        String more = System.getenv().getOrDefault(MORE_OPTIONS, "").strip();
        List<String> all =
                new ArrayList<>(program.isSmallWorker() ? OPTIONS_OF_SMALL_WORKER : OPTIONS);
        if (!more.isEmpty()) {
            all.addAll(List.of(more.split("\\s+")));
        }
        return all;
    }

    /** Flink and Kafka Streams each bring a RocksDB, with the same class names. */
    private static Predicate<String> classPath(ProgramName program) {
        String other = program == ProgramName.STREAMS ? "frocksdbjni-" : "rocksdbjni-";
        return name -> !name.startsWith(other);
    }

    /**
     * Waits for its end.
     *
     * @param serversCpu tells the CPU time of the servers so far, nanoseconds
     * @param atLast is run when the last result is there
     * @throws MeasureException if it fails; the message says of what
     */
    public Taken await(LongSupplier serversCpu, Runnable atLast)
            throws IOException, InterruptedException {
        long before = 0;
        long after = 0;
        for (String line = process.line(); line != null; line = process.line()) {
            if (line.equals(ProgramMain.FIRST)) {
                before = serversCpu.getAsLong();
            } else if (line.equals(ProgramMain.LAST)) {
                after = serversCpu.getAsLong();
                atLast.run();
            }
        }
        requireSuccess(process.exitCode());
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(resultFile)) {
            properties.load(in);
        }
        return new Taken(RunResult.from(properties), after - before);
    }

    private void requireSuccess(int exitCode) {
        String program = settings.program().label();
        if (exitCode > BY_SIGNAL) {
            throw new MeasureException(program + " was ended by signal " + (exitCode - BY_SIGNAL));
        }
        if (exitCode != 0) {
            throw new MeasureException(program + " failed: " + process.lastWords());
        }
    }

    @Override
    public void close() throws InterruptedException {
        process.close();
    }
}
