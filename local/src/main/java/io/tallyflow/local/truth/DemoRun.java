package io.tallyflow.local.truth;

import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Properties;

/**
 * Which run a data directory holds. Kept beside the data, so that a demo that was killed goes on
 * with the same events.
 */
public final class DemoRun {

    private static final String FILE = "demo.properties";

    private DemoRun() {}

    /**
     * The run of this directory; begins one if there is none.
     *
     * @throws IllegalArgumentException if the directory holds a run with another seed or size
     */
    public static GeneratorSettings in(Path directory, long seed, long events, long nowMillis)
            throws IOException {
        Path file = directory.resolve(FILE);
        Properties run = new Properties();
        if (Files.exists(file)) {
            try (Reader in = Files.newBufferedReader(file)) {
                run.load(in);
            }
            if (number(run, "seed") != seed || number(run, "events") != events) {
                throw new IllegalArgumentException(
                        directory
                                + " holds a demo with --seed "
                                + run.getProperty("seed")
                                + " --events "
                                + run.getProperty("events"));
            }
            return settings(run);
        }
        GeneratorSettings fresh = GeneratorSettings.anHour(seed, events, nowMillis - 3_600_000L);
        run.setProperty("seed", Long.toString(seed));
        run.setProperty("events", Long.toString(events));
        run.setProperty("start", Long.toString(fresh.startMillis()));
        Path whole = directory.resolve(FILE + ".new");
        try (Writer out = Files.newBufferedWriter(whole)) {
            run.store(out, "the run of this directory");
        }
        Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        return fresh;
    }

    private static GeneratorSettings settings(Properties run) {
        return GeneratorSettings.anHour(
                number(run, "seed"), number(run, "events"), number(run, "start"));
    }

    private static long number(Properties run, String name) {
        return Long.parseLong(run.getProperty(name, "-1"));
    }
}
