package io.tallyflow.cli.meters;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

public final class MetersCommandTest {

    private static final String VALID =
            """
            meters:
              - slug: tokens
                description: AI tokens used
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
                groupBy:
                  type: $.type
                  model: $.model
              - slug: calls
                eventType: call
                aggregation: COUNT
                windowSize: HOUR
            """;

    /** Three problems, in two meters. */
    public static final String BROKEN =
            """
            meters:
              - slug: Tokens
                eventType: prompt
                aggregation: SUMM
                valueProperty: $.tokens
              - slug: calls
                eventType: call
                aggregation: COUNT
                valueProperty: $.n
            """;

    private final Path directory;

    MetersCommandTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void saysHowManyMetersAreValid() throws IOException {
        Path file = write(VALID);
        CommandRun run = CommandRun.of("meters", "validate", file.toString());
        assertThat(run).isEqualTo(new CommandRun(0, file + ": 2 meters are valid" + eol(), ""));
    }

    @Test
    void namesEveryProblemOnALineOfItsOwn() throws IOException {
        CommandRun run = CommandRun.of("meters", "validate", write(BROKEN).toString());
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines())
                .hasSize(3)
                .allMatch(line -> line.startsWith("tallyflow: meters.yaml:"))
                .allMatch(line -> line.contains("allowed: "));
        assertThat(run.err()).contains("slug: ", "aggregation: ", "valueProperty: ");
    }

    @Test
    void refusesAFileThatIsNotThereInOneLine() {
        CommandRun run = CommandRun.of("meters", "validate", "nowhere.yaml");
        assertThat(run)
                .isEqualTo(
                        new CommandRun(
                                2,
                                "",
                                "tallyflow: nowhere.yaml is not a file that can be read" + eol()));
    }

    @Test
    void listsTheMetersOfAFileWithoutAServer() throws IOException {
        CommandRun run = CommandRun.of("meters", "list", "--meters", write(VALID).toString());
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "slug    event type  aggregation  value     groups"
                                + "                      window  description",
                        "tokens  prompt      SUM          $.tokens  model=$.model, type=$.type"
                                + "  MINUTE  AI tokens used",
                        "calls   call        COUNT                                              "
                                + "HOUR");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void asksForACommandWhereNoneIsGiven() {
        assertThat(CommandRun.of("meters").err())
                .isEqualTo("tallyflow: which command? See tallyflow meters --help" + eol());
    }

    private Path write(String text) throws IOException {
        return Files.writeString(directory.resolve("meters.yaml"), text);
    }

    private static String eol() {
        return System.lineSeparator();
    }
}
