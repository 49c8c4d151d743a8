package io.tallyflow.cli.story;

import io.tallyflow.results.RequestFailedException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import picocli.CommandLine;

/** Types commands as a user would, beside servers that run on a directory. */
final class TypedCommands {

    private final Supplier<CommandLine> commands;
    private final Path directory;
    private final PrintWriter out;

    /**
     * @param commands makes the command with all its subcommands
     * @param directory data directory of the servers
     */
    TypedCommands(Supplier<CommandLine> commands, Path directory, PrintWriter out) {
        this.commands = commands;
        this.directory = directory;
        this.out = out;
    }

    /**
     * Types a command, and shows it with what it says.
     *
     * @param words without the program and without the data directory
     * @throws RequestFailedException if it does not return 0
     */
    void type(String... words) {
        StringBuilder line = new StringBuilder("$ ./tallyflow");
        for (String word : words) {
            line.append(' ').append(word.contains(" ") ? '"' + word + '"' : word);
        }
        out.println(line);
        out.flush();
        List<String> all = new ArrayList<>(List.of(words));
        all.add("--data-dir");
        all.add(directory.toString());
        int exitCode = commands.get().setOut(out).setErr(out).execute(all.toArray(String[]::new));
        if (exitCode != 0) {
            throw new RequestFailedException(words[0] + " ended with exit code " + exitCode);
        }
    }
}
