package io.tallyflow.cli.audit;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.NamedValue;
import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.operations.explain.Explain;
import io.tallyflow.results.RequestRefusedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow explain}. */
@Command(
        name = "explain",
        description = {
            "Shows the events behind what a subject has used in one window, counts them again, and"
                    + " says whether they add up to it.",
            "Exit code 0 only if they do."
        })
public final class ExplainCommand implements Callable<Integer> {

    /** The lake gets a batch every few seconds, or every few minutes. */
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final LakeOption lake = new LakeOption();

    @Parameters(paramLabel = "METER", description = "Slug of the meter.")
    private String meter = "";

    @Option(
            names = "--subject",
            paramLabel = "S",
            required = true,
            description = "Whose usage is explained.")
    private String subject = "";

    @Option(
            names = "--window",
            paramLabel = "T",
            required = true,
            description = "A time within the window, like 2026-01-01T00:00:00Z.")
    private String window = "";

    @Option(
            names = "--group",
            paramLabel = "NAME=VALUE",
            description = "Only usage with this value of a group; may be repeated.")
    private List<String> groups = new ArrayList<>();

    @Override
    public Integer call() {
        Explain.Request request =
                new Explain.Request(
                        meter,
                        subject,
                        TimeArgument.exact("--window", window),
                        values(groups),
                        PATIENCE);
        Connections connections = connection.find(System.getenv());
        PrintedExplanation printed = new PrintedExplanation(Console.out(spec), subject);
        Explain.Outcome outcome =
                new Explain(
                                connections.postgres(),
                                lake.required(
                                        connections,
                                        System.getenv(),
                                        "there are no events to count"),
                                printed)
                        .run(request);
        printed.print(outcome);
        return outcome.isEqual() ? 0 : 1;
    }

    private static Map<String, String> values(List<String> groups) {
        Map<String, String> values = new LinkedHashMap<>();
        for (String group : groups) {
            NamedValue one = NamedValue.read("--group", group);
            if (values.put(one.name(), one.value()) != null) {
                throw new RequestRefusedException("--group " + one.name() + " is given twice");
            }
        }
        return values;
    }
}
