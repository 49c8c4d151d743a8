package io.tallyflow.cli.directory;

import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the embedded servers keep everything, held by one process at a time. The lock ends with the
 * process, however that ends.
 */
public final class DataDirectory implements AutoCloseable {

    /** Used where none is named. */
    public static final String DEFAULT = ".tallyflow";

    private static final String BUNDLED_METERS = "/meters.yaml";

    private final Path root;
    private final FileChannel lock;

    private DataDirectory(Path root, FileChannel lock) {
        this.root = root;
        this.lock = lock;
    }

    /**
     * Makes the directory if it is not there, and locks it.
     *
     * @throws RequestFailedException if it cannot be written, another process holds it, or it was
     *     made elsewhere
     * @throws RequestRefusedException if it has a name that cannot be, or is one that others use
     */
    public static DataDirectory open(Path directory) {
        return open(directory, false);
    }

    /**
     * Makes a directory that only its owner can enter, for files that are to be there before it is
     * opened.
     *
     * @throws io.tallyflow.results.RequestRefusedException if others can enter it, and it is no
     *     data directory
     */
    public static void makePrivate(Path root) throws IOException {
        PrivateDirectory.make(root, List.of("lock", Birthplace.FILE));
    }

    /** The same for one that was moved or copied, and is to be taken for what it is here. */
    public static DataDirectory openMoved(Path directory) {
        return open(directory, true);
    }

    private static DataDirectory open(Path directory, boolean moved) {
        Path root = DataPlace.of(directory);
        FileChannel channel = null;
        try {
            if (!moved) {
                Birthplace.require(root);
            }
            makePrivate(root);
            Files.createDirectories(root.resolve("logs"));
            channel =
                    FileChannel.open(
                            root.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                String holder = Files.readString(root.resolve("lock")).strip();
                channel.close();
                throw new RequestFailedException(
                        "data directory "
                                + root
                                + " is in use by process "
                                + holder
                                + ": stop that one, or choose another directory with --data-dir");
            }
            sign(channel);
            if (!moved) {
                Birthplace.record(root);
            }
            return new DataDirectory(root, channel);
        } catch (IOException e) {
            close(channel);
            throw new RequestFailedException(
                    "data directory "
                            + root
                            + " cannot be written ("
                            + e
                            + "): choose another one with --data-dir",
                    e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            FileLock held = channel.tryLock();
            return held != null;
        } catch (OverlappingFileLockException heldByThisProcess) {
            return false;
        }
    }

    private static void sign(FileChannel channel) throws IOException {
        byte[] pid =
                Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
        channel.truncate(0);
        channel.write(ByteBuffer.wrap(pid), 0);
    }

    public Path root() {
        return root;
    }

    public Path logs() {
        return root.resolve("logs");
    }

    public Path kafka() {
        return root.resolve("kafka");
    }

    public Path flink() {
        return root.resolve("flink");
    }

    /** Where the tables of the lake are. */
    public Path warehouse() {
        return warehouse(root);
    }

    public static Path warehouse(Path root) {
        return root.resolve("warehouse");
    }

    public EmbeddedPostgres.ServerFiles postgres() {
        Path home = root.resolve("postgres");
        return new EmbeddedPostgres.ServerFiles(
                home.resolve("data"), home, logs().resolve("postgres.log"));
    }

    /** The meters of this directory, to be edited; at first the bundled ones. */
    public Path meters() {
        Path meters = root.resolve("meters.yaml");
        if (Files.notExists(meters)) {
            try (InputStream bundled = DataDirectory.class.getResourceAsStream(BUNDLED_METERS)) {
                if (bundled == null) {
                    throw new IllegalStateException(BUNDLED_METERS + " is not on the class path");
                }
                Path fresh = root.resolve("meters.yaml.new");
                Files.copy(bundled, fresh, StandardCopyOption.REPLACE_EXISTING);
                Files.move(fresh, meters, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return meters;
    }

    @Override
    public void close() {
        close(lock);
    }

    private static void close(@Nullable FileChannel channel) {
        if (channel == null) {
            return;
        }
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
