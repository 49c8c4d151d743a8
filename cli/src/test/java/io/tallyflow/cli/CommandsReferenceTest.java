package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** The reference has every command, and every option with the name that its value goes by. */
final class CommandsReferenceTest {

    private static final Path PAGE = Path.of("../docs/reference/commands.md");

    static Stream<CommandLine> commands() {
        return leaves(
                CommandRun.line(
                        new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter())));
    }

    private static Stream<CommandLine> leaves(CommandLine line) {
        return line.getSubcommands().isEmpty()
                ? Stream.of(line)
                : line.getSubcommands().values().stream().flatMap(CommandsReferenceTest::leaves);
    }

    @Test
    void hasEveryCommand() throws IOException {
        assertThat(Files.readAllLines(PAGE))
                .filteredOn(line -> line.startsWith("## "))
                .containsExactlyInAnyOrderElementsOf(
                        commands().map(CommandsReferenceTest::heading).toList());
    }

    @ParameterizedTest
    @MethodSource("commands")
    void hasEveryOption(CommandLine command) throws IOException {
        assertThat(optionsIn(heading(command)))
                .containsExactlyInAnyOrderElementsOf(
                        command.getCommandSpec().options().stream()
                                .filter(option -> !option.usageHelp() && !option.versionHelp())
                                .map(CommandsReferenceTest::written)
                                .toList());
    }

    private static String heading(CommandLine command) {
        return "## `" + command.getCommandSpec().qualifiedName() + "`";
    }

    private static String written(OptionSpec option) {
        return option.arity().max() == 0
                ? option.longestName()
                : option.longestName() + " " + option.paramLabel();
    }

    private static List<String> optionsIn(String heading) throws IOException {
        return Files.readAllLines(PAGE).stream()
                .dropWhile(line -> !line.equals(heading))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| `--"))
                .map(line -> line.split("`")[1])
                .toList();
    }
}
