package io.tallyflow.cli.directory;

import io.tallyflow.results.RequestFailedException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * What a data directory remembers of where it is. Its lake names files by their full path, so one
 * that was moved or copied would write into the place that it came from.
 */
public final class Birthplace {

    static final String FILE = "made-at";

    private Birthplace() {}

    /** The place that a directory was made at, or was taken over at; none before its first use. */
    public static Optional<Path> of(Path root) throws IOException {
        try {
            String place = Files.readString(root.resolve(FILE), StandardCharsets.UTF_8);
            return place.lines().findFirst().map(Path::of);
        } catch (NoSuchFileException unused) {
            return Optional.empty();
        }
    }

    /** The directory is at home where it is. */
    public static void record(Path root) throws IOException {
        Path fresh = root.resolve(FILE + ".new");
        Files.writeString(fresh, root + "\n", StandardCharsets.UTF_8);
        Files.move(fresh, root.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    }

    /**
     * Refuses a directory that was made elsewhere. Nothing is written.
     *
     * @throws RequestFailedException in one line that says what to do
     */
    public static void require(Path root) throws IOException {
        Optional<Path> made = of(root);
        if (made.isPresent() && !made.get().equals(root)) {
            throw new RequestFailedException(
                    "data directory "
                            + root
                            + " was made at "
                            + made.get()
                            + ", where its lake still points: move it back, or make it a directory"
                            + " of its own with tallyflow relocate --data-dir "
                            + root);
        }
    }
}
