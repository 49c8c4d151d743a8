package io.tallyflow.connectors.iceberg.table;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.iceberg.CatalogProperties;
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

    private static final String SCHEME = "file:";

    /** Empty where it is not known. */
    private String warehouse = "";

    /** For the catalog, which makes it by name. */
    public LocalFileIO() {}

    @Override
    public void initialize(Map<String, String> properties) {
        String place = properties.getOrDefault(CatalogProperties.WAREHOUSE_LOCATION, "");
        warehouse = place.startsWith(SCHEME) || place.startsWith("/") ? place : "";
    }

    @Override
    public InputFile newInputFile(String location) {
        return new Located(location);
    }

    @Override
    public OutputFile newOutputFile(String location) {
        requireHeld(location);
        return new Located(location);
    }

    @Override
    public void deleteFile(String location) {
        requireHeld(location);
        try {
            Files.deleteIfExists(path(location));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + location, e);
        }
    }

    /**
     * The file that a location with or without a scheme stands for. No character is decoded: other
     * readers take them as they are, too.
     */
    public static Path path(String location) {
        if (!location.startsWith(SCHEME)) {
            return Path.of(location);
        }
        String place = location.substring(SCHEME.length());
        return Path.of(place.startsWith("//") ? place.substring(place.indexOf('/', 2)) : place);
    }

    /** Whether a file may be written or deleted: nothing beside the warehouse is. */
    public boolean holds(Path file) {
        return warehouse.isEmpty()
                || file.toAbsolutePath().normalize().startsWith(path(warehouse).normalize());
    }

    private void requireHeld(String location) {
        if (!holds(path(location))) {
            throw new OutsideWarehouseException(location, warehouse);
        }
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
