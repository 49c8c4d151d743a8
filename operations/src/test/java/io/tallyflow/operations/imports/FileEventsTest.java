package io.tallyflow.operations.imports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileEventsTest {

    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.parse("2026-03-01T00:00:00Z"));

    @TempDir private Path directory;

    @Test
    void readsAllFilesOfADirectoryInTheOrderOfTheirNames() throws Exception {
        Files.writeString(directory.resolve("b"), line("2") + "\n" + line("3"));
        Files.writeString(directory.resolve("a"), "\n" + line("1") + "\n\ngarbage\n");
        Files.writeString(directory.resolve(".hidden"), "garbage");
        Files.writeString(Files.createDirectory(directory.resolve("c d")).resolve("e"), line("4"));
        FileEvents events = new FileEvents(List.of(directory), CLOCK);
        assertThat(read(events, 0, 100)).containsExactly("1", bad(), "2", "3", "4", "5");
        assertThat(read(events, 0, 2)).containsExactly("1", bad(), "2");
        assertThat(read(events, 2, 2)).containsExactly("2", "3", "4");
        assertThat(read(events, 5, 2)).containsExactly("5");
    }

    private String bad() {
        return directory.resolve("a") + " line 4: JSON";
    }

    @Test
    void refusesWhatIsNotThere() throws Exception {
        assertThatThrownBy(() -> new FileEvents(List.of(directory.resolve("x")), CLOCK))
                .hasMessage(directory.resolve("x") + " is not there");
        assertThatThrownBy(() -> new FileEvents(List.of(directory), CLOCK))
                .hasMessage(directory + " holds no files");
        assertThatThrownBy(() -> new FileEvents(List.of(Path.of("/dev/null")), CLOCK))
                .hasMessageContaining("/dev/null is not a file");
    }

    @Test
    void refusesAFileThatIsCutOff() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(bytes)) {
            for (int i = 0; i < 10_000; i++) {
                out.write((line("e" + i * 7919) + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
        Path file =
                Files.write(
                        directory.resolve("cut.gz"),
                        Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));
        FileEvents events = new FileEvents(List.of(file), CLOCK);
        assertThatThrownBy(() -> read(events, 0, 1_000_000))
                .hasMessageMatching("\\Q" + file + "\\E is damaged after line [1-9][0-9]*: .*");
    }

    @Test
    void tellsWhatIsInTheFutureByTheClock() throws Exception {
        Path file = Files.writeString(directory.resolve("f"), line("1").replace("2025", "2100"));
        assertThat(read(new FileEvents(List.of(file), CLOCK), 0, 9))
                .containsExactly(file + " line 1: FUTURE", "1");
    }

    /** What is read, and behind it the position. */
    private static List<String> read(EventSource source, long from, int most) throws Exception {
        List<String> read = new ArrayList<>();
        long position =
                source.read(
                        from,
                        new EventSource.Visitor() {
                            @Override
                            public boolean event(SourcedEvent event) {
                                assertThat(event.record().get().subject())
                                        .isEqualTo(event.event().subject());
                                read.add(event.event().id());
                                return read.size() < most;
                            }

                            @Override
                            public boolean bad(BadLine line) {
                                read.add(
                                        line.toString()
                                                .substring(
                                                        0,
                                                        line.toString()
                                                                .indexOf(": " + line.detail())));
                                return read.size() < most;
                            }
                        });
        read.add(Long.toString(position));
        return read;
    }

    static String line(String id) {
        return """
        {"id": "%s", "source": "s", "type": "t", "subject": "c", "time": "2025-01-02T03:04:05Z"}"""
                .formatted(id);
    }
}
