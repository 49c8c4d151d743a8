package io.tallyflow.cli.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What it says of paths that it cannot look into. */
final class StateInspectCommandTest {

    @TempDir private Path directory;

    @Test
    void saysWhereThereIsNoSavepoint() {
        demandFailure(
                directory.resolve("gone").toString(),
                " is no savepoint: give the directory that has _metadata in it; after a checkpoint"
                        + " was replaced by newer ones it is gone");
        demandFailure(
                directory.toString(),
                " is no savepoint: give the directory that has _metadata in it; after a checkpoint"
                        + " was replaced by newer ones it is gone");
    }

    @Test
    void saysWhichFileSystemIsNotKnown() {
        demandFailure(
                "s3://bucket/savepoint-1",
                " is on a file system that is not known here: FLINK_PLUGINS_DIR names the directory"
                        + " of its plugin, FLINK_CONF_DIR that of its settings");
    }

    @Test
    void saysThatItIsDamaged() throws IOException {
        Files.writeString(directory.resolve("_metadata"), "no metadata");
        CommandRun run = CommandRun.of("state", "inspect", directory.toString());
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith(
                        "tallyflow: "
                                + directory
                                + ": its _metadata cannot be read, it may be damaged: ")
                .hasLineCount(1);
    }

    @Test
    void saysThatItIsOfAnotherJob() throws IOException {
        try (DataOutputStream out =
                new DataOutputStream(Files.newOutputStream(directory.resolve("_metadata")))) {
            Checkpoints.storeCheckpointMetadata(
                    new CheckpointMetadata(1, List.of(), List.of()), out);
        }
        demandFailure(
                directory.toString(),
                " is of another job: it has no state of metering.source.usage-events,"
                        + " metering.deduplicate.first-of-identity, metering.aggregate.usage,"
                        + " metering.sink.postgres: gather");
    }

    @Test
    void asksForASavepoint() {
        CommandRun run = CommandRun.of("state", "inspect");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("SAVEPOINT");
        assertThat(CommandRun.of("state").err())
                .isEqualTo("tallyflow: which command? See tallyflow state --help\n");
    }

    private static void demandFailure(String path, String reason) {
        CommandRun run = CommandRun.of("state", "inspect", path);
        assertThat(run.err()).isEqualTo("tallyflow: " + path + reason + "\n");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out()).isEmpty();
    }
}
