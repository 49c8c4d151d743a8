package io.tallyflow.operations.imports;

import io.tallyflow.connectors.kafka.EventRecord;
import io.tallyflow.functions.parse.UsageLineParser;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.ZipException;

/** Events in files: one on each line, in the JSON event format. */
final class FileEvents implements EventSource {

    private final List<Path> files;
    private final long nowMillis;

    /**
     * Finds the files.
     *
     * @param named files, and directories of which all files are meant
     * @param clock says what is too far in the future
     * @throws RequestRefusedException if one is not there
     */
    FileEvents(List<Path> named, InstantSource clock) {
        this.files = named.stream().flatMap(path -> regular(path).stream()).toList();
        this.nowMillis = clock.millis();
    }

    private static List<Path> regular(Path path) {
        if (Files.isRegularFile(path)) {
            return List.of(path);
        }
        if (!Files.isDirectory(path)) {
            throw new RequestRefusedException(
                    Files.exists(path)
                            ? path + " is not a file: an import is read more than once"
                            : path + " is not there");
        }
        try (Stream<Path> all = Files.walk(path)) {
            List<Path> found =
                    all.filter(Files::isRegularFile)
                            .filter(FileEvents::isVisible)
                            .sorted()
                            .toList();
            if (found.isEmpty()) {
                throw new RequestRefusedException(path + " holds no files");
            }
            return found;
        } catch (IOException | UncheckedIOException e) {
            throw new RequestRefusedException(path + " cannot be read: " + e.getMessage());
        }
    }

    private static boolean isVisible(Path path) {
        return !path.getFileName().toString().startsWith(".");
    }

    @Override
    public long read(long from, Visitor visitor) throws IOException {
        Reading reading = new Reading(from, visitor);
        List<Path> left = new ArrayList<>(files);
        while (reading.goesOn && !left.isEmpty()) {
            reading.read(left.remove(0));
        }
        return reading.position;
    }

    private final class Reading {
        private final long from;
        private final Visitor visitor;
        private final UsageLineParser parser = new UsageLineParser();
        private long position;
        private boolean goesOn = true;

        Reading(long from, Visitor visitor) {
            this.from = from;
            this.visitor = visitor;
        }

        void read(Path file) throws IOException {
            long line = 0;
            try (Lines lines = Lines.of(file, UsageLineParser.MAX_BYTES)) {
                while (goesOn && lines.next()) {
                    line = lines.number();
                    if (position >= from) {
                        take(file, lines);
                    }
                    position++;
                }
            } catch (EOFException | ZipException e) {
                throw new RequestRefusedException(
                        file + " is damaged after line " + line + ": " + e.getMessage());
            }
        }

        private void take(Path file, Lines lines) throws IOException {
            byte[] bytes = lines.bytes();
            ParsedRecord parsed = parser.parse(bytes, nowMillis);
            UsageEvent event = parsed.event();
            RejectedRecord rejected = parsed.rejected();
            if (event != null && bytes != null) {
                goesOn =
                        visitor.event(
                                new SourcedEvent(
                                        event,
                                        () ->
                                                new EventRecord(
                                                        event.subject(),
                                                        bytes,
                                                        UsageLineParser.headers())));
            } else {
                RejectedRecord why =
                        Objects.requireNonNull(rejected, "neither event nor rejection");
                goesOn =
                        visitor.bad(
                                new BadLine(
                                        file.toString(),
                                        lines.number(),
                                        why.reason(),
                                        why.detail()));
            }
        }
    }
}
