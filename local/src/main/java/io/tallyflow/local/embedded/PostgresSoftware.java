package io.tallyflow.local.embedded;

import io.tallyflow.connectors.directory.Directories;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Locale;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/** The Postgres programs, unpacked from the class path into a directory of their own. */
final class PostgresSoftware {

    private static final int EXECUTABLE_BITS = 0111;

    private PostgresSoftware() {}

    /**
     * Unpacks the programs once per version and returns their {@code bin} directory.
     *
     * @param directory holds one directory per version
     */
    static Path unpack(Path directory) {
        String archive = archive();
        try {
            Path home = directory.toAbsolutePath().resolve("software-" + fingerprint(archive));
            if (Files.notExists(home)) {
                Path fresh = Directories.make(directory).resolve("software.new");
                Directories.delete(fresh);
                extract(archive, Directories.make(fresh));
                Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
            }
            return home.resolve("bin");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String archive() {
        String system = System.getProperty("os.name", "");
        String machine = System.getProperty("os.arch", "").toLowerCase(Locale.ROOT);
        String name =
                switch (machine) {
                    case "amd64", "x86_64" -> "/postgres-linux-x86_64.txz";
                    case "aarch64", "arm64" -> "/postgres-linux-arm_64.txz";
                    default -> "";
                };
        if (!system.startsWith("Linux") || PostgresSoftware.class.getResource(name) == null) {
            throw new ServerFailure(
                    "no embedded Postgres for "
                            + system
                            + " on "
                            + machine
                            + ": run a Postgres server (15 to 18) and name it with --postgres-url");
        }
        return name;
    }

    private static InputStream open(String archive) throws IOException {
        InputStream in = PostgresSoftware.class.getResourceAsStream(archive);
        if (in == null) {
            throw new IOException(archive + " is not on the class path");
        }
        return new BufferedInputStream(in, 1 << 16);
    }

    private static String fingerprint(String archive) throws IOException {
        try (DigestInputStream in =
                new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void extract(String archive, Path target) throws IOException {
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new XZInputStream(open(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry();
                    entry != null;
                    entry = tar.getNextEntry()) {
                extract(tar, entry, target);
            }
        }
    }

    private static void extract(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
            throws IOException {
        Path file = target.resolve(entry.getName()).normalize();
        if (!file.startsWith(target)) {
            throw new IOException(entry.getName() + " points out of the archive");
        }
        if (entry.isDirectory()) {
            Files.createDirectories(file);
            return;
        }
        Files.createDirectories(file.getParent());
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
            Files.createLink(file, target.resolve(entry.getLinkName()));
        } else {
            Files.copy(tar, file);
            boolean runs = (entry.getMode() & EXECUTABLE_BITS) != 0;
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(runs ? "rwxr-xr-x" : "rw-r--r--"));
        }
    }
}
