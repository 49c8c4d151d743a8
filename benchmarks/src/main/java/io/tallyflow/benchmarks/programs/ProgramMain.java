package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.RunClock;
import io.tallyflow.benchmarks.measure.RunResult;
import java.io.IOException;
import java.io.Reader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one program in this process. Arguments: a file with its settings, and one that the result is
 * written to. Says {@code first} when the first record has been fetched and {@code last} when the
 * last result is there. Ends at once when its standard input ends: with whoever started it.
 */
public final class ProgramMain {

    /** Said when the first record has been fetched. */
    public static final String FIRST = "first";

    /** Said when the last result is there. */
    public static final String LAST = "last";

    private static final Logger LOG = LoggerFactory.getLogger(ProgramMain.class);

    private ProgramMain() {}

    public static void main(String[] arguments) throws Exception {
        endWithStarter();
        ProgramSettings settings = ProgramSettings.from(read(Path.of(arguments[0])));
        try (RunClock clock =
                new RunClock(
                        settings.topic(), settings.markAt(), () -> say(FIRST), () -> say(LAST))) {
            ProgramOutcome outcome = settings.program().program().run(settings, clock);
            write(result(outcome, clock).properties(), Path.of(arguments[1]));
        } catch (Exception e) {
            LOG.error("{} failed", settings.program().label(), e);
            System.exit(1);
        }
        // Threads of embedded servers may be left.
        System.exit(0);
    }

    private static RunResult result(ProgramOutcome outcome, RunClock clock) {
        return new RunResult(
                outcome.answer(),
                outcome.lake(),
                clock.all(),
                clock.afterMark(),
                clock.peakBytes(),
                clock.heapBytes(),
                outcome.stateBytes(),
                outcome.checkpoints(),
                outcome.figures());
    }

    private static void say(String word) {
        System.out.println(word);
        System.out.flush();
    }

    private static void endWithStarter() {
        Thread watch =
                new Thread(
                        () -> {
                            awaitEndOfInput();
                            Runtime.getRuntime().halt(1);
                        },
                        "end with starter");
        watch.setDaemon(true);
        watch.start();
    }

    private static void awaitEndOfInput() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException ended) {
            // As good as its end.
        }
    }

    private static Properties read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
        }
        return properties;
    }

    private static void write(Properties properties, Path file) throws IOException {
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
    }
}
