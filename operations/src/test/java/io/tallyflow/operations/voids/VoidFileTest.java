package io.tallyflow.operations.voids;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.VoidRequest;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class VoidFileTest {

    private static final String GOOD =
            "{\"subject\": \"c\", \"source\": \"s\", \"id\": \"1\", \"reason\": \"r\"}\n";

    @TempDir private Path directory;

    @Test
    void readsAllLines() throws Exception {
        Path file = directory.resolve("some voids.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write((GOOD + "\n" + GOOD.replace("1", "2")).getBytes(StandardCharsets.UTF_8));
        }
        assertThat(VoidFile.read(file))
                .containsExactly(
                        new VoidRequest("c", "s", "1", "r"), new VoidRequest("c", "s", "2", "r"));
    }

    @Test
    void namesLinesThatAreNone() throws Exception {
        Path file =
                Files.writeString(
                        directory.resolve("voids"), GOOD + "garbage\n" + GOOD + "{\"id\": \"1\"}");
        assertThatThrownBy(() -> VoidFile.read(file))
                .isInstanceOf(RequestRefusedException.class)
                .hasMessage(
                        file
                                + " line 2, line 4: no JSON object with subject, source and id of an"
                                + " event; nothing was sent");
    }

    @Test
    void refusesWhatIsNoFileOrEmpty() throws Exception {
        Path empty = Files.writeString(directory.resolve("empty"), "\n\n");
        assertThatThrownBy(() -> VoidFile.read(empty)).hasMessage(empty + " holds no lines");
        assertThatThrownBy(() -> VoidFile.read(directory)).hasMessage(directory + " is not a file");
        Path none = directory.resolve("none");
        assertThatThrownBy(() -> VoidFile.read(none)).hasMessage(none + " is not there");
    }
}
