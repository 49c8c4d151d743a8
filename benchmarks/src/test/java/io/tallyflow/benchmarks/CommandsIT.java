package io.tallyflow.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each command once, as small as it can be. */
final class CommandsIT {

    @Test
    @Timeout(300)
    void identitiesAreRememberedOverARestart() {
        assertThat(lines("identities", "--count", "20000", "--events", "20000", "--steady", "5"))
                .anySatisfy(line -> assertThat(line).matches("the same, bytes each +[0-9.]+"))
                .anySatisfy(line -> assertThat(line).matches("of these, p99 ms +[0-9,]+"))
                .anySatisfy(line -> assertThat(line).matches("answer +✓"));
    }

    @Test
    @Timeout(300)
    void windowsStayOpenOverARestart() {
        assertThat(lines("windows", "--count", "20000"))
                .anySatisfy(line -> assertThat(line).matches("windows +20,000"))
                .anySatisfy(line -> assertThat(line).matches("cells of meters at the end +50,000"))
                .anySatisfy(line -> assertThat(line).matches("windows released +0"))
                .anySatisfy(line -> assertThat(line).matches("answer +✓"));
    }

    @Test
    @Timeout(300)
    void latencyIsOfEveryWatchedEvent() {
        List<String> lines = lines("latency", "--rate", "500", "--seconds", "5", "--warm-up", "2");
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1).strip().split(" +"))
                .hasSize(7)
                .startsWith("500", "5", "25")
                .doesNotContain("0");
    }

    @Test
    @Timeout(300)
    void rowsCostSomething() {
        assertThat(
                        lines(
                                "rows",
                                "--rows",
                                "200",
                                "--rounds",
                                "1",
                                "--month",
                                "1",
                                "--layouts",
                                "cell_layer"))
                .anySatisfy(line -> assertThat(line).matches("cell +copy binary +3 +[0-9].*"))
                .anySatisfy(line -> assertThat(line).matches("cell +update by key +3 +[0-9].*"))
                .anySatisfy(
                        line -> assertThat(line).matches("day of all +cell-layer +[0-9].*scan.*"));
    }

    @Test
    @Timeout(300)
    void aRewindIsTimed() {
        List<String> lines = lines("rewind", "--rows", "200000", "--commits", "3");
        assertThat(lines).hasSize(2);
        assertThat(lines.get(1)).matches(" *[0-9,]+ +[0-9]+ +[0-9]+ +[3-9] +[0-9]+\\.[0-9]+");
    }

    @Test
    @Timeout(300)
    void theTableIsAlsoWrittenAsMarkdown(@TempDir Path directory) throws Exception {
        Path out = directory.resolve("table.md");
        lines("--programs", "limit", "--events", "20000", "--rounds", "1", "--out", out.toString());
        assertThat(Files.readAllLines(out))
                .hasSize(3)
                .first()
                .asString()
                .startsWith("| program | events |");
    }

    /** What a command prints on the way to exit code 0. */
    private static List<String> lines(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode =
                Benchmarks.commandLine()
                        .setOut(new PrintWriter(out, true))
                        .setErr(new PrintWriter(err, true))
                        .execute(arguments);
        assertThat(exitCode).as("%s", err).isZero();
        return out.toString().lines().toList();
    }
}
