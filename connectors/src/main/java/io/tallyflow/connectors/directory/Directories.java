package io.tallyflow.connectors.directory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** Making and removing whole directories. Links are removed, never followed. */
public final class Directories {

    private Directories() {}

    /** The directory, made with its parents if it is not there. */
    public static Path make(Path directory) {
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the directory that a file is to stand in. */
    public static void makeParent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            make(parent);
        }
    }

    /**
     * A place on this machine as Flink and Iceberg name it: every reader of a lake takes the
     * characters behind {@code file://} as they are, so none is encoded.
     */
    public static String location(Path place) {
        return "file://" + place.toAbsolutePath().normalize();
    }

    /** Removes the directory and all that is in it; what is gone already is no error. */
    public static void delete(Path directory) {
        try {
            Files.walkFileTree(directory, new Deleting());
        } catch (NoSuchFileException gone) {
            // Nothing to do: this is what was asked for.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Deleting extends SimpleFileVisitor<Path> {

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
                throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
