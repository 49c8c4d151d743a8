package io.tallyflow.local.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RetainedCheckpointsTest {

    private final Path root;

    RetainedCheckpointsTest(@TempDir Path root) {
        this.root = root;
    }

    @Test
    void findsNothingWhereNothingIs() throws IOException {
        assertThat(RetainedCheckpoints.newest(root.resolve("absent"))).isEmpty();
        assertThat(RetainedCheckpoints.newest(root)).isEmpty();
        Files.createDirectories(root.resolve("job-a/chk-1"));
        assertThat(RetainedCheckpoints.newest(root)).isEmpty();
    }

    @Test
    void comparesNumbersAsNumbers() throws IOException {
        checkpoint("job-a", "chk-9", 100);
        Path newest = checkpoint("job-a", "chk-10", 100);

        assertThat(RetainedCheckpoints.newest(root)).contains(newest);
    }

    @Test
    void prefersTheLaterJobOverTheGreaterNumber() throws IOException {
        checkpoint("job-a", "chk-500", 100);
        Path newest = checkpoint("job-b", "chk-3", 200);

        assertThat(RetainedCheckpoints.newest(root)).contains(newest);
    }

    @Test
    void trustsTheNumberWithinJobEvenIfTheClockWentBack() throws IOException {
        checkpoint("job-a", "chk-7", 300);
        Path newest = checkpoint("job-a", "chk-8", 200);

        assertThat(RetainedCheckpoints.newest(root)).contains(newest);
    }

    @Test
    void decidesByNumberWhenTwoJobsCompletedAtTheSameTime() throws IOException {
        checkpoint("job-b", "chk-3", 100);
        Path newest = checkpoint("job-a", "chk-4", 100);

        assertThat(RetainedCheckpoints.newest(root)).contains(newest);
    }

    @Test
    void skipsWhatWasNeverCompleted() throws IOException {
        Path newest = checkpoint("job-a", "chk-3", 100);
        Files.createDirectories(root.resolve("job-a/chk-4"));
        Files.createDirectories(root.resolve("job-a/chk-5"));
        Files.createFile(root.resolve("job-a/chk-5/_metadata"));
        Files.createDirectories(root.resolve("job-a/chk-6/_metadata"));
        checkpoint("job-a", "chk-7.tmp", 500);
        checkpoint("job-a", "chk-", 500);
        Files.createDirectories(root.resolve("job-a/shared"));
        Files.writeString(root.resolve("stray"), "file");

        assertThat(RetainedCheckpoints.newest(root)).contains(newest);
    }

    @Test
    void removesEarlierJobsOnlyWhenTheCurrentOneStandsOnItsOwn() throws IOException {
        Path earlier = checkpoint("job-a", "chk-1", 100);
        checkpoint("job-b", "chk-2", 200);

        assertThat(RetainedCheckpoints.removeEarlierJobs(root, "job-b", 2)).isFalse();
        assertThat(earlier).exists();

        Path newest = checkpoint("job-b", "chk-3", 300);
        assertThat(RetainedCheckpoints.removeEarlierJobs(root, "job-b", 2)).isTrue();
        assertThat(root.resolve("job-a")).doesNotExist();
        assertThat(RetainedCheckpoints.newest(root)).contains(newest);
    }

    private Path checkpoint(String job, String name, long completedSeconds) throws IOException {
        Path directory = Files.createDirectories(root.resolve(job).resolve(name));
        Path metadata = Files.writeString(directory.resolve("_metadata"), "state");
        Files.setLastModifiedTime(metadata, FileTime.from(Instant.ofEpochSecond(completedSeconds)));
        return directory;
    }
}
