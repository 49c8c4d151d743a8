package io.tallyflow.cli.directory;

import io.tallyflow.results.RequestRefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where a data directory is, or is to be. */
public final class DataPlace {

    /** Some server takes each of these for something else than a letter of a name. */
    private static final String REFUSED = ",\"$`";

    private DataPlace() {}

    /**
     * The place without links, so that it stays the same when one of them goes. Nothing is made.
     *
     * @throws RequestRefusedException if its name holds what a server cannot bear
     */
    public static Path of(Path directory) {
        Path place = withoutLinks(directory.toAbsolutePath().normalize());
        String name = place.toString();
        name.codePoints().filter(DataPlace::isRefused).findFirst().ifPresent(c -> refuse(place, c));
        if (name.contains("\\\\")) {
            throw problem(place, "two backslashes in a row");
        }
        return place;
    }

    private static boolean isRefused(int character) {
        return REFUSED.indexOf(character) >= 0
                || Character.isISOControl(character)
                || character == '\uFFFD';
    }

    private static void refuse(Path place, int character) {
        throw problem(
                place,
                Character.isISOControl(character) || character == '\uFFFD'
                        ? String.format("the character U+%04X", character)
                        : "the character " + Character.toString(character));
    }

    private static RequestRefusedException problem(Path place, String what) {
        return new RequestRefusedException(
                "the data directory "
                        + printable(place.toString())
                        + " has "
                        + what
                        + " in its name, which its servers cannot bear: choose another one with"
                        + " --data-dir");
    }

    private static String printable(String text) {
        return text.replaceAll("\\p{Cntrl}", "?");
    }

    private static Path withoutLinks(Path place) {
        for (Path known = place; known != null; known = known.getParent()) {
            if (Files.exists(known)) {
                try {
                    return known.toRealPath().resolve(known.relativize(place)).normalize();
                } catch (IOException e) {
                    return place;
                }
            }
        }
        return place;
    }
}
