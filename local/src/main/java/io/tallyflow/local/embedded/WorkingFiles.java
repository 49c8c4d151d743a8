package io.tallyflow.local.embedded;

import io.tallyflow.connectors.directory.Directories;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where Flink keeps files that no later run needs. Flink cuts what it is told at every {@code :}
 * and takes a backslash for a separator: a directory with such a name is told to it by way of a
 * link among the temporary files of the system.
 */
final class WorkingFiles implements AutoCloseable {

    private final Path directory;
    private final @Nullable Path detour;

    private WorkingFiles(Path directory, @Nullable Path detour) {
        this.directory = directory;
        this.detour = detour;
    }

    /** An empty directory: what a killed run left there belongs to nobody. */
    static WorkingFiles make(Path directory) {
        Directories.delete(directory);
        Path made = Directories.make(directory).toAbsolutePath();
        return new WorkingFiles(made, made.toString().matches(".*[:\\\\].*") ? linkTo(made) : null);
    }

    private static Path linkTo(Path directory) {
        try {
            Path detour = Files.createTempDirectory("tallyflow-flink-");
            Files.createSymbolicLink(detour.resolve("tmp"), directory);
            return detour;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What Flink is told. */
    Path path() {
        return detour == null ? directory : detour.resolve("tmp");
    }

    @Override
    public void close() {
        Directories.delete(directory);
        if (detour != null) {
            Directories.delete(detour);
        }
    }
}
