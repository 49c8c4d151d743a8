package io.tallyflow.operations.voids;

import io.tallyflow.operations.imports.Lines;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.schemas.event.VoidRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Voids in a file, which gzip may have compressed: a JSON object on each line. */
public final class VoidFile {

    private static final int MOST_NAMED = 20;
    private static final int LONGEST_LINE = 256 * 1024;

    private VoidFile() {}

    /**
     * Reads all of them. A line may be the event itself: what else it holds does not matter.
     *
     * @throws RequestRefusedException if the file is not there or holds none, or a line names no
     *     event; the first of such lines are named
     */
    public static List<VoidRequest> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new RequestRefusedException(
                    file + (Files.exists(file) ? " is not a file" : " is not there"));
        }
        List<VoidRequest> requests = new ArrayList<>();
        List<String> bad = new ArrayList<>();
        try (Lines lines = Lines.of(file, LONGEST_LINE)) {
            while (lines.next()) {
                byte[] line = lines.bytes();
                VoidRequest request = line == null ? null : VoidData.readLine(line);
                if (request != null) {
                    requests.add(request);
                } else if (bad.size() < MOST_NAMED) {
                    bad.add("line " + lines.number());
                }
            }
        } catch (IOException e) {
            throw new RequestRefusedException(file + " cannot be read: " + e.getMessage());
        }
        if (!bad.isEmpty()) {
            throw new RequestRefusedException(
                    file
                            + " "
                            + String.join(", ", bad)
                            + ": no JSON object with subject, source and id of an event; nothing"
                            + " was sent");
        }
        if (requests.isEmpty()) {
            throw new RequestRefusedException(file + " holds no lines");
        }
        return requests;
    }
}
