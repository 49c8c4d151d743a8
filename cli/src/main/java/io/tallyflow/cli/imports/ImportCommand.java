package io.tallyflow.cli.imports;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.KafkaOption;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Terminal;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.kafka.EventsTopic;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.imports.EventImport;
import io.tallyflow.operations.imports.EventImport.Outcome;
import io.tallyflow.operations.imports.ImportedChange;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow import}. */
@Command(
        name = "import",
        description = {
            "Sends events from files through the job, however old they are: those of which none with"
                    + " the same subject, source and id was accepted before. The same files may be"
                    + " imported again, and change nothing.",
            "Each line is a CloudEvent in JSON with its time. If a line is none, nothing is sent."
        })
public final class ImportCommand implements Callable<Integer> {

    private static final List<Column> CHANGES =
            List.of(
                    Column.text("meter"),
                    Column.text("subject"),
                    Column.text("from"),
                    Column.text("to"),
                    Column.number("readings"),
                    Column.number("value"));

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final LakeOption lake = new LakeOption();
    @Mixin private final KafkaOption kafka = new KafkaOption();

    @Parameters(
            paramLabel = "FILE",
            arity = "0..*",
            description = "Files, which gzip may have compressed, and directories of such.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--stale",
            description =
                    "Instead of files: the events that came later than the dedupe horizon, as the"
                            + " lake keeps them.")
    private boolean stale;

    @Option(
            names = "--dry-run",
            description = "Send nothing, and show what the events come to by meter and subject.")
    private boolean dryRun;

    @Option(names = "--skip-bad", description = "Send the events though other lines are none.")
    private boolean skipBad;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "10000",
            description =
                    "Events that are sent in a second (default: ${DEFAULT-VALUE}); 0 for as many as"
                            + " Kafka takes.")
    private long rate;

    private final InstantSource clock;

    /**
     * @param clock of this machine
     */
    public ImportCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        if (files.isEmpty() != stale) {
            throw new RequestRefusedException(
                    stale
                            ? "--stale takes no files: import them by themselves"
                            : "which files? Name some, or --stale for events that came too late");
        }
        if (rate < 0) {
            throw new RequestRefusedException("--rate " + rate + " is not a number of events");
        }
        kafka.check();
        Connections connections = connection.find(System.getenv());
        LakeOptions found =
                lake.required(
                        connections,
                        System.getenv(),
                        "nobody can tell which events were accepted before");
        EventsTopic topic = new EventsTopic(kafka.required(connections), Topics.EVENTS);
        PrintWriter out = Console.out(spec);
        Outcome outcome;
        try (ImportProgress progress =
                new ImportProgress(out, Terminal.isThere(System.getenv()), System::nanoTime)) {
            outcome =
                    new EventImport(
                                    connections.postgres(),
                                    found,
                                    topic,
                                    RunLimits.ofMachine(),
                                    progress,
                                    clock)
                            .run(new EventImport.Request(files, skipBad, !dryRun, rate));
        }
        print(out, outcome);
        return 0;
    }

    private static void print(PrintWriter out, Outcome outcome) {
        outcome.bad().forEach(line -> Console.say(out, "skipped", line.toString()));
        long unnamed = outcome.rejected() - outcome.bad().size();
        if (unnamed > 0) {
            Console.say(out, "skipped", "and " + unnamed + " more");
        }
        Console.say(out, "known", Long.toString(outcome.known()));
        if (outcome.number() == 0) {
            Console.say(out, "new", Long.toString(outcome.sent()));
            TextTable.lines(CHANGES, outcome.changes().stream().map(ImportCommand::row).toList())
                    .forEach(out::println);
            out.flush();
        } else {
            Console.say(out, "sent", outcome.sent() + " by import " + outcome.number());
        }
    }

    private static List<String> row(ImportedChange change) {
        BigDecimal value = change.value();
        return List.of(
                change.meter(),
                change.subject(),
                change.from().toString(),
                change.to().toString(),
                Long.toString(change.readings()),
                value == null ? "" : value.stripTrailingZeros().toPlainString());
    }
}
