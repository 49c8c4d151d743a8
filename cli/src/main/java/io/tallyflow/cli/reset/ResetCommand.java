package io.tallyflow.cli.reset;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.PipelineOption;
import io.tallyflow.cli.savepoint.SavepointOptions;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.operations.job.MeterReset;
import io.tallyflow.operations.job.MeterReset.Done;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.reset.ResetRequest;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow reset}. */
@Command(
        name = "reset",
        description = {
            "Takes a savepoint, then sets a mark from which on usage of a meter can be asked for;"
                    + " totals stay as they are.",
            "Times are like 2026-01-01T00:00:00Z, or like 2026-01-01, which is the beginning of that"
                    + " day in UTC."
        })
public final class ResetCommand implements Callable<Integer> {

    private static final int MOST_BYTES = 256;

    private final InstantSource clock;

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final SavepointOptions savepoint = new SavepointOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final PipelineOption pipeline = new PipelineOption();

    @Parameters(paramLabel = "METER", arity = "0..1", description = "Slug of the meter.")
    private @Nullable String meter;

    @Option(
            names = "--subject",
            paramLabel = "S",
            description = "Only this subject; without it all.")
    private @Nullable String subject;

    @Option(
            names = "--at",
            paramLabel = "T",
            description =
                    "The first window that counts is the one that holds this time; without it the"
                            + " one of now.")
    private @Nullable String at;

    @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the record.")
    private @Nullable String reason;

    @Option(
            names = "--who",
            paramLabel = "NAME",
            description = "Who, for the record; without it the user who runs this.")
    private @Nullable String who;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Name of the reset: repeated with it, the command resets nothing again.")
    private @Nullable String id;

    @Option(
            names = "--undo",
            paramLabel = "ID",
            description = "Takes this reset back instead: usage is asked for as if it were not.")
    private @Nullable String undo;

    public ResetCommand(InstantSource clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() {
        if (undo != null) {
            undo(undo);
        } else {
            reset();
        }
        return 0;
    }

    private void undo(String undone) {
        if (meter != null || subject != null || at != null || id != null) {
            throw new RequestRefusedException(
                    "--undo takes a reset by its id alone: leave out METER, --subject, --at and"
                            + " --id");
        }
        MeterReset operation = operation(connection.find(System.getenv()));
        ResetText.lines(operation.undo(undone, by(), reason)).forEach(Console.out(spec)::println);
    }

    private void reset() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        ResetRequest request = request(now);
        Connections running = connection.find(System.getenv());
        Done done =
                operation(running)
                        .reset(
                                request,
                                now,
                                () ->
                                        savepoint.taker(
                                                running, pipeline.name(), Console.progress(spec)),
                                savepoint.request(false));
        PrintWriter out = Console.out(spec);
        List<String> lines =
                done.isNew()
                        ? ResetText.linesAfterSavepoint(done.reset())
                        : ResetText.lines(done.reset());
        lines.forEach(out::println);
        out.flush();
    }

    private MeterReset operation(Connections running) {
        return new MeterReset(running.postgres(), Console.progress(spec));
    }

    private ResetRequest request(Instant now) {
        if (meter == null) {
            throw new RequestRefusedException(
                    "which meter? Name it, or a reset to take back with --undo ID");
        }
        Instant requested =
                at == null ? null : TimeArgument.exact("--at", at).truncatedTo(ChronoUnit.MICROS);
        if (requested != null && requested.isAfter(now)) {
            throw new RequestRefusedException(
                    "--at " + at + " is in the future: a reset is of now, " + now + ", or earlier");
        }
        return new ResetRequest(
                id == null ? UUID.randomUUID().toString() : named("--id", id),
                meter,
                subject == null ? null : named("--subject", subject),
                requested,
                reason,
                by());
    }

    private String by() {
        return who == null ? System.getProperty("user.name") : named("--who", who);
    }

    private static String named(String option, String text) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (text.isBlank()
                || bytes > MOST_BYTES
                || text.chars().anyMatch(Character::isISOControl)) {
            throw new RequestRefusedException(
                    option
                            + " must be a text of 1 to "
                            + MOST_BYTES
                            + " bytes without control characters");
        }
        return text;
    }
}
