package io.tallyflow.benchmarks;

import io.tallyflow.benchmarks.measure.MeasureException;
import java.util.concurrent.Callable;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code benchmarks/run jmh}: hot code on its own. */
@Command(
        name = "jmh",
        description = "Runs the JMH benchmarks of parser, hashes, partials and serializers.")
final class JmhCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..1",
            paramLabel = "PATTERN",
            defaultValue = ".*",
            description = "Part of a benchmark's name, or a regular expression (default all).")
    private String pattern = ".*";

    @Option(
            names = "--forks",
            paramLabel = "N",
            defaultValue = "1",
            description = "Java machines per benchmark (default ${DEFAULT-VALUE}).")
    private int forks;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "10",
            description = "Measured per machine, after half as long to warm up (default 10).")
    private int seconds;

    @Override
    public Integer call() {
        try {
            new Runner(
                            new OptionsBuilder()
                                    .include(pattern)
                                    .forks(forks)
                                    .warmupIterations(Math.max(1, seconds / 2))
                                    .warmupTime(TimeValue.seconds(1))
                                    .measurementIterations(seconds)
                                    .measurementTime(TimeValue.seconds(1))
                                    .jvmArgs("-Xms1g", "-Xmx1g", "-XX:+UseParallelGC")
                                    .build())
                    .run();
            return 0;
        } catch (NoBenchmarksException e) {
            throw new MeasureException("no benchmark is named like " + pattern, e);
        } catch (RunnerException e) {
            throw new MeasureException("JMH failed: " + e.getMessage(), e);
        }
    }
}
