package io.tallyflow.connectors.iceberg;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.io.FileIO;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;

/**
 * Files of a local warehouse. Hadoop's way would start a shell command for each file that it
 * creates, and write a checksum file beside it.
 */
public final class LocalFileIO implements FileIO {

    private static final long serialVersionUID = 1L;

    /** For the catalog, which makes it by name. */
    public LocalFileIO() {}

    @Override
    public void initialize(Map<String, String> properties) {
        // Knows all it needs.
    }

    @Override
    public InputFile newInputFile(String location) {
        return new Located(location);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        return new Located(location);
    }

    @Override
    public void deleteFile(String location) {
        try {
            Files.deleteIfExists(path(location));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + location, e);
        }
    }

    /** The file that a location with or without a scheme stands for. */
    static Path path(String location) {
        return location.startsWith("file:") ? Path.of(pathOf(location)) : Path.of(location);
    }

    private static String pathOf(String location) {
        String path = URI.create(location.replace(" ", "%20")).getPath();
        return path == null ? location.substring("file:".length()) : path;
    }

    /** Iceberg's own local files, but under the name that they were asked for by. */
    private static final class Located implements InputFile, OutputFile {
        private final String location;
        private final File file;

        Located(String location) {
            this.location = location;
            this.file = path(location).toFile();
        }

        @Override
        public PositionOutputStream create() {
            makeDirectory();
            return org.apache.iceberg.Files.localOutput(file).create();
        }

        @Override
        public PositionOutputStream createOrOverwrite() {
            makeDirectory();
            return org.apache.iceberg.Files.localOutput(file).createOrOverwrite();
        }

        /** Iceberg would fail if another writer makes the directory of the day just then. */
        private void makeDirectory() {
            try {
                Files.createDirectories(file.toPath().toAbsolutePath().getParent());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot make the directory of " + location, e);
            }
        }

        @Override
        public InputFile toInputFile() {
            return this;
        }

        @Override
        public long getLength() {
            return file.length();
        }

        @Override
        public org.apache.iceberg.io.SeekableInputStream newStream() {
            return org.apache.iceberg.Files.localInput(file).newStream();
        }

        @Override
        public boolean exists() {
            return file.exists();
        }

        @Override
        public String location() {
            return location;
        }

        @Override
        public String toString() {
            return location;
        }
    }
}
