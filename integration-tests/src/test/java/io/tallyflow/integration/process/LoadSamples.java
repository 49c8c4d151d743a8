package io.tallyflow.integration.process;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** What was seen each second of a load, and the table of it. */
final class LoadSamples {

    /** Medians of so many samples are compared. */
    private static final int ENDS = 10;

    private final int rate;
    private final List<Sample> samples = new ArrayList<>();

    LoadSamples(int rate) {
        this.rate = rate;
    }

    /**
     * One moment.
     *
     * @param nanos of the monotonic clock
     * @param inLog records in the topic
     * @param consumed records that the ledger stands for
     * @param commitAge since the last commit, by the clock of Postgres
     * @param cpu that the process has used since its start
     */
    record Sample(
            long nanos, long inLog, long consumed, long commit, Duration commitAge, Duration cpu) {

        long lag() {
            return inLog - consumed;
        }
    }

    void add(Sample sample) {
        samples.add(sample);
    }

    /** Records not yet committed, the median of the first samples. */
    double lagAtBegin() {
        return quantile(samples.subList(0, Math.min(ENDS, samples.size())), Sample::lag, 0.5);
    }

    /** Records not yet committed, the median of the last samples. */
    double lagAtEnd() {
        return quantile(
                samples.subList(Math.max(0, samples.size() - ENDS), samples.size()),
                Sample::lag,
                0.5);
    }

    void print(PrintStream out, Path warehouse) throws IOException {
        Sample first = samples.get(0);
        Sample last = samples.get(samples.size() - 1);
        double seconds = (last.nanos() - first.nanos()) / 1e9;
        long sent = last.inLog() - first.inLog();
        long committed = last.consumed() - first.consumed();
        double cores = last.cpu().minus(first.cpu()).toNanos() / 1e9 / seconds;
        line(out, "rate asked for, events/s", rate);
        line(out, "rate sent, events/s", sent / seconds);
        line(out, "rate committed, events/s", committed / seconds);
        line(out, "lag, median, events", quantile(samples, Sample::lag, 0.5));
        line(out, "lag, p99, events", quantile(samples, Sample::lag, 0.99));
        line(out, "lag, median, s", quantile(samples, Sample::lag, 0.5) / rate);
        line(out, "lag, p99, s", quantile(samples, Sample::lag, 0.99) / rate);
        line(out, "commit age, p99, s", quantile(samples, LoadSamples::age, 0.99));
        line(out, "CPU of up, cores", cores);
        line(out, "CPU of up, µs/committed event", cores * seconds * 1e6 / committed);
        line(out, "commits", last.commit() - first.commit());
        if (Files.isDirectory(warehouse)) {
            line(out, "lake data files/h", count(warehouse, ".*[.]parquet") * 3_600 / seconds);
            line(out, "lake snapshots/h", count(warehouse, "snap-.*[.]avro") * 3_600 / seconds);
        }
    }

    private static double age(Sample sample) {
        return sample.commitAge().toMillis() / 1e3;
    }

    private static void line(PrintStream out, String what, double value) {
        out.printf("%-32s %14.2f%n", what, value);
    }

    private static double quantile(
            List<Sample> of, ToDoubleFunction<Sample> value, double fraction) {
        double[] sorted = of.stream().mapToDouble(value).sorted().toArray();
        return sorted[(int) Math.min(sorted.length - 1, fraction * sorted.length)];
    }

    private static long count(Path directory, String name) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.getFileName().toString().matches(name)).count();
        }
    }
}
