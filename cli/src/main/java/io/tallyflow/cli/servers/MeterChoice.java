package io.tallyflow.cli.servers;

import io.tallyflow.cli.directory.DataDirectory;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.meters.MeterDefinitions;
import io.tallyflow.results.meters.MeterOrders;
import io.tallyflow.schemas.meter.Meter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
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
        List<String> ending = new MeterOrders(postgres).endedBy(coming);
        if (!ending.isEmpty()) {
            // The job's log says so, too.
            String line = "no longer counted: " + String.join(", ", ending);
            Console.say(out, "", line);
        }
    }
}
