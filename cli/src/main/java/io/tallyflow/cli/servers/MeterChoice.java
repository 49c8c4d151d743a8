package io.tallyflow.cli.servers;

import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.meters.MeterDefinitions;
import io.tallyflow.results.meters.MetersInForce;
import io.tallyflow.schemas.meter.Meter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which meters a job is to count by.
 *
 * @param given file with them; null for that of the data directory
 * @param noneIsMeant whether a file without any is no mistake
 */
public record MeterChoice(@Nullable Path given, boolean noneIsMeant) {

    Path file(DataDirectory directory) {
        return given == null ? directory.meters() : given.toAbsolutePath();
    }

    List<Meter> read(DataDirectory directory) {
        Path file = file(directory);
        return MeterDefinitions.toCountBy(file, file.toString(), noneIsMeant);
    }

    /** Says which meters were counted until now and will not be any more. */
    static void sayWhatEnds(PostgresAddress postgres, List<Meter> coming, PrintWriter out) {
        Set<String> ending =
                MetersInForce.read(postgres).stream()
                        .map(Meter::slug)
                        .collect(Collectors.toCollection(TreeSet::new));
        coming.forEach(meter -> ending.remove(meter.slug()));
        if (!ending.isEmpty()) {
            // The job's log says so, too.
            String line = "no longer counted: " + String.join(", ", ending);
            Console.say(out, "", line);
        }
    }
}
