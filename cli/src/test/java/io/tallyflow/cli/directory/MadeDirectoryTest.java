package io.tallyflow.cli.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MadeDirectoryTest {

    @TempDir private Path parent;

    @Test
    void takesFilesBeforeItIsOpenedAndLetsNobodyElseIn() throws Exception {
        Path root = parent.resolve("data");
        DataDirectory.makePrivate(root);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(root)))
                .isEqualTo("rwx------");
        Path file = Files.writeString(root.resolve("meters.yaml"), "meters: []");
        try (DataDirectory opened = DataDirectory.open(root)) {
            assertThat(file).exists();
        }
    }
}
