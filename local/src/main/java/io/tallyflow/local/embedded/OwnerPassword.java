package io.tallyflow.local.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;

/**
 * The password of the embedded server's superuser, who can run programs as whoever runs the server.
 * It stands in a file that nobody else can read, on no command line and in no log.
 */
final class OwnerPassword {

    private static final int BYTES = 24;

    private OwnerPassword() {}

    /** A new one, in a file beside a directory of data that is yet to be made. */
    static Path make(Path data) {
        byte[] random = new byte[BYTES];
        new SecureRandom().nextBytes(random);
        Path file = file(data);
        try {
            Files.deleteIfExists(file);
            try (WritableByteChannel channel =
                    Files.newByteChannel(
                            file,
                            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                            PosixFilePermissions.asFileAttribute(
                                    PosixFilePermissions.fromString("rw-------")))) {
                Channels.newOutputStream(channel)
                        .write(
                                (HexFormat.of().formatHex(random) + "\n")
                                        .getBytes(StandardCharsets.US_ASCII));
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * That of a server's directory.
     *
     * @throws ServerFailure if it cannot be read; the message says what to do
     */
    static String read(Path data) {
        try {
            return Files.readString(file(data)).strip();
        } catch (NoSuchFileException e) {
            throw new ServerFailure(
                    "the password of Postgres's superuser is not in "
                            + file(data)
                            + ": put the file back if the directory was copied without it; if the"
                            + " directory was made before there was such a file, this version"
                            + " cannot use it",
                    e);
        } catch (IOException e) {
            throw new ServerFailure(
                    "the password of Postgres's superuser cannot be read (" + e + ")", e);
        }
    }

    private static Path file(Path data) {
        Path place = data.toAbsolutePath();
        return place.resolveSibling(place.getFileName() + ".password");
    }
}
