package io.tallyflow.connectors.directory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Where the embedded job keeps its state. Flink gets addresses in it that begin with a name which
 * the directory keeps, {@code tallyflow://NAME/checkpoints}: a checkpoint names its files by them,
 * so that it can be read wherever the directory is, and whatever characters lead there. Flink's own
 * local files know neither.
 */
public final class FlinkDirectory {

    static final String SCHEME = "tallyflow";

    private static final String NAME_FILE = "name";
    private static final int NAME_BYTES = 8;

    /** Of a file that may be anything; longer than a name and the end of its line. */
    private static final int MOST_OF_NAME = 64;

    /** A file system of Flink's is made from nothing but its address, so this must be static. */
    private static final Map<String, Path> OPENED = new ConcurrentHashMap<>();

    private final Path root;
    private final String name;

    private FlinkDirectory(Path root, String name) {
        this.root = root;
        this.name = name;
    }

    /**
     * The directory, which gets a name if it has none yet. Its files can be reached from now on.
     */
    public static FlinkDirectory open(Path directory) {
        Path root = Directories.make(directory).toAbsolutePath().normalize();
        try {
            return named(root).orElseGet(() -> opened(root, giveName(root)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the files reachable that a checkpoint names, if it stands in such a directory. */
    public static void openAround(Path checkpoint) {
        for (Path up = checkpoint.toAbsolutePath().normalize(); up != null; up = up.getParent()) {
            if (Files.isDirectory(up.resolve("checkpoints")) && isOurs(up)) {
                return;
            }
        }
    }

    /** Anybody may have a file of that name, or a directory, beside one of checkpoints. */
    private static boolean isOurs(Path root) {
        try {
            return named(root).isPresent();
        } catch (IOException e) {
            return false;
        }
    }

    /** Where the directory of that name is. */
    static Path rootOf(String name) throws IOException {
        Path root = OPENED.get(name);
        if (root == null) {
            throw new IOException("the directory that is named " + name + " was not opened");
        }
        return root;
    }

    /** What Flink is told of a place in the directory. */
    public String address(Path inside) {
        Path place = inside.toAbsolutePath().normalize();
        if (!place.startsWith(root)) {
            return Directories.location(place);
        }
        StringBuilder address = new StringBuilder(SCHEME + "://" + name);
        root.relativize(place).forEach(part -> address.append('/').append(part));
        return address.toString();
    }

    private static Optional<FlinkDirectory> named(Path root) throws IOException {
        try (InputStream file = Files.newInputStream(root.resolve(NAME_FILE))) {
            byte[] start = file.readNBytes(MOST_OF_NAME);
            String name = new String(start, StandardCharsets.ISO_8859_1).strip();
            return name.matches("[0-9a-f]{" + 2 * NAME_BYTES + "}")
                    ? Optional.of(opened(root, name))
                    : Optional.empty();
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    private static FlinkDirectory opened(Path root, String name) {
        OPENED.put(name, root);
        return new FlinkDirectory(root, name);
    }

    private static String giveName(Path root) {
        byte[] random = new byte[NAME_BYTES];
        new SecureRandom().nextBytes(random);
        String name = HexFormat.of().formatHex(random);
        try {
            Path fresh = Files.writeString(root.resolve(NAME_FILE + ".new"), name + "\n");
            Files.move(fresh, root.resolve(NAME_FILE), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return name;
    }
}
