package io.tallyflow.results.meters;

import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.meter.InvalidMetersException;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Meter files that people name. */
public final class MeterDefinitions {

    private MeterDefinitions() {}

    /**
     * The meters that a job is to count by.
     *
     * @param named how the file was given, for messages
     * @param noneIsMeant whether a file without any meter is no mistake
     * @throws RequestRefusedException if it cannot be read, or with every problem that it has, one
     *     a line
     */
    public static List<Meter> toCountBy(Path file, String named, boolean noneIsMeant) {
        List<Meter> meters = read(file, named);
        if (meters.isEmpty() && !noneIsMeant) {
            throw new RequestRefusedException(
                    named
                            + " defines no meter, and what is not counted now never is: define one,"
                            + " or start with --no-meters if none is meant");
        }
        return meters;
    }

    /**
     * The meters of a file.
     *
     * @param named how the file was given, for messages
     * @throws RequestRefusedException if it cannot be read, or with every problem that it has, one
     *     a line
     */
    public static List<Meter> read(Path file, String named) {
        if (!Files.isRegularFile(file) || !Files.isReadable(file)) {
            throw new RequestRefusedException(named + " is not a file that can be read");
        }
        try {
            return MeterFile.read(file);
        } catch (InvalidMetersException e) {
            throw new RequestRefusedException(e.getMessage());
        } catch (IOException e) {
            throw new RequestFailedException(named + " cannot be read: " + e, e);
        }
    }
}
