package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file of this repository that must say what the code says. The system property {@value #UPDATE}
 * writes it anew instead of comparing; what changed is then to be read in the version control's
 * difference.
 */
final class GoldenFile {

    /** System property: {@code write} writes golden files instead of comparing them. */
    private static final String MODE = "tallyflow.golden";

    private final Path path;

    /** A file, by its path from the module's directory. */
    GoldenFile(String path) {
        this.path = Path.of(path);
    }

    /** What the file says now. */
    String text() throws IOException {
        return Files.readString(path);
    }

    /**
     * Compares, or writes if asked to.
     *
     * @param actual what the code says
     * @param meaning what it means that they differ
     */
    void mustSay(String actual, String meaning) throws IOException {
        if ("write".equals(System.getProperty(MODE))) {
            Files.writeString(path, actual);
        }
        assertThat(text())
                .as(
                        """
                        %1$s

                        If the change is meant, from the project's root:
                          mvn -pl jobs -am test -Dtest='*Test' \
                        -Dsurefire.failIfNoSpecifiedTests=false -D%2$s=write
                          git diff jobs/%3$s
                        """,
                        meaning, MODE, path)
                .isEqualTo(actual);
    }
}
