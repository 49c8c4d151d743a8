package io.tallyflow.local.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.connectors.directory.FlinkDirectory;
import io.tallyflow.connectors.kafka.KafkaConnection;
import java.io.FileNotFoundException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ConfigurationUtils;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.fs.FileStatus;
import org.apache.flink.core.fs.FileSystem;
import org.apache.flink.core.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FlinkDirectoryTest {

    @TempDir private java.nio.file.Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "with space",
                "100%",
                "50%25",
                "x#y",
                "q?m",
                "größe-日本",
                "back\\slash",
                "2026-01-01T10:00:00",
                "it's",
                "-leading"
            })
    void keepsEverythingOfFlinksBelowADirectoryOfAnyName(String name) throws Exception {
        java.nio.file.Path root = directory.resolve(name).resolve("flink");
        FlinkDirectory flink = FlinkDirectory.open(root);
        try (WorkingFiles tmp = WorkingFiles.make(root.resolve("tmp"))) {
            Configuration settings = EmbeddedSettings.of(settings(root), flink, tmp.path());
            for (String place :
                    new String[] {
                        settings.get(CheckpointingOptions.CHECKPOINTS_DIRECTORY),
                        settings.get(CheckpointingOptions.SAVEPOINT_DIRECTORY)
                    }) {
                write(new Path(place, "job/chk-1/_metadata"), "state");
            }
            for (String place : ConfigurationUtils.parseTempDirectories(settings)) {
                Files.writeString(java.nio.file.Path.of(place).resolve("spilled"), "rows");
            }
            assertThat(root.resolve("checkpoints/job/chk-1/_metadata")).hasContent("state");
            assertThat(root.resolve("savepoints/job/chk-1/_metadata")).hasContent("state");
            assertThat(root.resolve("tmp/spilled")).hasContent("rows");
            assertThat(Directories.location(root)).isEqualTo("file://" + root);
        }
        assertThat(root.resolve("tmp")).doesNotExist();
        assertThat(directory.toFile().list()).containsExactly(name);
    }

    @Test
    void findsFilesByTheirOldAddressesAfterItWasMoved() throws Exception {
        FlinkDirectory old = FlinkDirectory.open(directory.resolve("old"));
        Path file = new Path(old.address(directory.resolve("old/checkpoints/shared/a")));
        write(file, "state");
        Files.move(directory.resolve("old"), directory.resolve("new"));
        FlinkDirectory.openAround(directory.resolve("new/checkpoints/shared"));

        FileSystem files = file.getFileSystem();
        assertThat(files.exists(file)).isTrue();
        assertThat(files.getFileStatus(file).getLen()).isEqualTo(5);
        assertThat(files.open(file)).hasContent("state");
        assertThat(files.listStatus(file.getParent()))
                .extracting(FileStatus::getPath)
                .containsExactly(file);
        assertThat(files.delete(file, false)).isTrue();
        assertThat(directory.resolve("new/checkpoints/shared")).isEmptyDirectory();
        assertThatThrownBy(() -> files.getFileStatus(file))
                .isInstanceOf(FileNotFoundException.class);
        assertThat(FlinkDirectory.open(directory.resolve("new")).address(directory.resolve("new")))
                .isEqualTo(old.address(directory.resolve("old")));
    }

    @Test
    void takesNothingOfOthersForItsOwn() throws Exception {
        java.nio.file.Path checkpoints = directory.resolve("checkpoints/job");
        Files.createDirectories(checkpoints);
        java.nio.file.Path name = Files.createDirectory(directory.resolve("name"));
        assertThatCode(() -> FlinkDirectory.openAround(checkpoints)).doesNotThrowAnyException();
        Files.delete(name);
        Files.write(name, new byte[] {-1, -2, 'x'});
        assertThatCode(() -> FlinkDirectory.openAround(checkpoints)).doesNotThrowAnyException();
        Files.delete(name);
        Files.createSymbolicLink(name, java.nio.file.Path.of("name"));
        assertThatCode(() -> FlinkDirectory.openAround(checkpoints)).doesNotThrowAnyException();
    }

    @Test
    void answersNoOtherWebSite() {
        FlinkDirectory flink = FlinkDirectory.open(directory);
        assertThat(
                        EmbeddedSettings.of(settings(directory), flink, directory)
                                .get(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN))
                .isEqualTo("http://127.0.0.1:8081");
    }

    private static void write(Path file, String text) throws Exception {
        try (OutputStream out =
                file.getFileSystem().create(file, FileSystem.WriteMode.NO_OVERWRITE)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static JobSettings settings(java.nio.file.Path root) {
        return new JobSettings(
                KafkaConnection.plain("localhost:1"),
                "jdbc:postgresql://localhost:1/none",
                "nobody",
                null,
                root.resolve("meters.yaml"),
                root,
                root.resolveSibling("warehouse"),
                8081,
                null,
                1,
                null);
    }
}
