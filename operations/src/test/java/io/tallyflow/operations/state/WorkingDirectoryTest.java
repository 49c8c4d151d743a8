package io.tallyflow.operations.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.results.RequestFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WorkingDirectoryTest {

    @Test
    void isGoneWithItsFilesWhenTheWorkIsDone() throws Exception {
        Path path;
        try (WorkingDirectory directory = WorkingDirectory.make()) {
            path = directory.path();
            Files.createFile(Files.createDirectory(path.resolve("sub")).resolve("file"));
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void isNeverMadeOnceTheProcessIsBeingStopped() {
        WorkingDirectory directory = WorkingDirectory.announced();
        directory.stop();
        assertThatThrownBy(directory::create)
                .isInstanceOf(RequestFailedException.class)
                .hasMessage("stopped");
        assertThat(directory.isStopping()).isTrue();
    }

    /** What makes files in it ends first: else they would be made after the last look. */
    @Test
    void waitsForTheWorkToEndWhenTheProcessIsStopped() throws Exception {
        WorkingDirectory directory = WorkingDirectory.make();
        CompletableFuture<Void> stop = CompletableFuture.runAsync(directory::stop);
        assertThatThrownBy(() -> new CountDownLatch(1).await())
                .isInstanceOf(InterruptedException.class);
        Files.createFile(directory.path().resolve("made before it heard of the end"));
        assertThat(stop).isNotDone();
        directory.close();
        stop.get();
        assertThat(directory.path()).doesNotExist();
    }
}
