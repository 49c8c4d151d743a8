package io.tallyflow.cli.directory;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.results.RequestRefusedException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Keeps everybody but its owner out of a data directory, whatever the umask. One that others use as
 * well is not shut before their noses.
 */
final class PrivateDirectory {

    private static final Set<PosixFilePermission> OWNER =
            PosixFilePermissions.fromString("rwx------");

    /** Whoever runs this owns it. Where it is not there, trying to change a directory tells. */
    private static final Path SELF = Path.of("/proc/self");

    private PrivateDirectory() {}

    /**
     * Makes the directory with its parents if it is not there. One that is there is closed if it is
     * empty, or a data directory already, or is named as ours are, and belongs to whoever runs
     * this.
     *
     * @param ours names of files that tell a data directory
     * @throws RequestRefusedException if others can enter it, and it is another one; nothing was
     *     done
     */
    static void make(Path directory, List<String> ours) throws IOException {
        if (Files.notExists(directory)) {
            Directories.makeParent(directory);
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER));
        }
        Set<PosixFilePermission> there = Files.getPosixFilePermissions(directory);
        if (OWNER.containsAll(there)) {
            return;
        }
        if (!isOurs(directory, ours)) {
            throw refused(directory, there);
        }
        try {
            Files.setPosixFilePermissions(directory, OWNER);
        } catch (FileSystemException e) {
            throw refused(directory, there);
        }
    }

    private static boolean isOurs(Path directory, List<String> ours) throws IOException {
        if (Files.exists(SELF) && !Files.getOwner(SELF).equals(Files.getOwner(directory))) {
            return false;
        }
        try (Stream<Path> all = Files.list(directory)) {
            return directory.endsWith(DataDirectory.DEFAULT)
                    || all.findFirst().isEmpty()
                    || ours.stream().anyMatch(name -> Files.exists(directory.resolve(name)));
        }
    }

    private static RequestRefusedException refused(Path directory, Set<PosixFilePermission> there) {
        return new RequestRefusedException(
                "the data directory "
                        + directory
                        + " can be entered by others ("
                        + PosixFilePermissions.toString(there)
                        + ") and is not ours to close: name a directory of its own with --data-dir,"
                        + " or, if nobody else needs it, chmod 700 it as its owner");
    }
}
