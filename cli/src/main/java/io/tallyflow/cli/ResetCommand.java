package io.tallyflow.cli;

import io.tallyflow.cli.cluster.Savepoint;
import io.tallyflow.cli.reset.Reset;
import io.tallyflow.cli.reset.ResetRequest;
import io.tallyflow.cli.reset.ResetTable;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
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
final class ResetCommand implements Callable<Integer> {

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

    ResetCommand(InstantSource clock) {
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
            throw new UsageProblem(
                    "--undo takes a reset by its id alone: leave out METER, --subject, --at and"
                            + " --id");
        }
        String by = by();
        PostgresAddress postgres = connection.find(System.getenv()).postgres();
        try (Connection to = postgres.connect()) {
            Reset reset = new ResetTable(to).undo(undone, by, reason);
            if (reset == null) {
                throw new UsageProblem(
                        "--undo " + undone + " is no reset on record: tallyflow resets lists them");
            }
            ResetText.lines(reset).forEach(Console.out(spec)::println);
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private void reset() {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        ResetRequest request = request(now);
        Connections running = connection.find(System.getenv());
        PostgresAddress postgres = running.postgres();
        PrintWriter out = Console.out(spec);
        Reset known = known(postgres, request);
        if (known == null) {
            SavepointTaker taker =
                    new SavepointTaker(savepoint.cluster(running), postgres, pipeline.name());
            // Said first, so that the command can be repeated whatever becomes of this run.
            Console.say(out, "reset", request.id());
            Savepoint taken = taker.take(savepoint, false, out);
            known = record(postgres, request, now, taken);
            ResetText.linesAfterSavepoint(known).forEach(out::println);
        } else {
            ResetText.lines(known).forEach(out::println);
        }
        out.flush();
    }

    private ResetRequest request(Instant now) {
        if (meter == null) {
            throw new UsageProblem("which meter? Name it, or a reset to take back with --undo ID");
        }
        Instant requested =
                at == null ? null : QueryTime.exact("--at", at).truncatedTo(ChronoUnit.MICROS);
        if (requested != null && requested.isAfter(now)) {
            throw new UsageProblem(
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
            throw new UsageProblem(
                    option
                            + " must be a text of 1 to "
                            + MOST_BYTES
                            + " bytes without control characters");
        }
        return text;
    }

    /** The reset that is on record under the id, or null. */
    private static @Nullable Reset known(PostgresAddress postgres, ResetRequest request) {
        try (Connection to = postgres.connect()) {
            ResetTable table = new ResetTable(to);
            if (!table.knows(request.meter())) {
                throw new UsageProblem(
                        "there is no meter "
                                + request.meter()
                                + ": tallyflow meters list shows those there are");
            }
            Reset known = table.find(request.id());
            return known == null ? null : requireMet(request, known);
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private static Reset record(
            PostgresAddress postgres, ResetRequest request, Instant now, Savepoint taken) {
        try (Connection to = postgres.connect()) {
            return requireMet(request, new ResetTable(to).add(request, now, taken.path()));
        } catch (SQLException e) {
            throw new CommandFailure(
                    "the savepoint was taken, but the reset is not on record; repeat the command"
                            + " with --id "
                            + request.id()
                            + ": "
                            + PostgresTrouble.failure(postgres, e).getMessage(),
                    e);
        }
    }

    /** An id means one reset, once and for all. */
    private static Reset requireMet(ResetRequest request, Reset known) {
        if (!request.isMetBy(known)) {
            throw new UsageProblem(
                    "--id "
                            + request.id()
                            + " is on record for another reset, "
                            + ResetText.what(known)
                            + ": give another id");
        } else if (known.undone() != null) {
            throw new CommandFailure(
                    "reset "
                            + request.id()
                            + " was undone, "
                            + ResetText.deed(known.undone())
                            + ": to reset again give another --id");
        }
        return known;
    }
}
