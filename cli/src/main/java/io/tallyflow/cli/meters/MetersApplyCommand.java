package io.tallyflow.cli.meters;

import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.run.PrintedRuns;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.operations.run.Backfill;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.meters.MeterDefinitions;
import io.tallyflow.results.meters.MeterOrders;
import io.tallyflow.schemas.meter.Meter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow meters apply}. */
@Command(
        name = "apply",
        description =
                "Lets the meters of a file be counted, while the job runs; waits for the first"
                        + " commit that counts by them.")
final class MetersApplyCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final OrderedChanges changes = new OrderedChanges();

    @Parameters(paramLabel = "FILE", description = "Meter definitions, YAML.")
    private Path file = Path.of("");

    @Option(names = "--prune", description = "Retire the meters that FILE lacks.")
    private boolean prune;

    @Option(
            names = "--from",
            paramLabel = "T",
            description =
                    "Event time from which on what is new or changed counts, on a boundary of its"
                            + " windows, also in the past: what came before is counted from the lake,"
                            + " then totals are taken from it, all at once.")
    private @Nullable String from;

    @Option(
            names = "--backfill",
            description =
                    "Then count from the lake, for each meter of FILE whose totals are not whole, what"
                            + " came before it.")
    private boolean backfill;

    @Mixin private final LakeOption lake = new LakeOption();

    @Option(names = "--dry-run", description = "Only show what would be changed.")
    private boolean dryRun;

    @Override
    public Integer call() {
        List<Meter> meters = MeterDefinitions.read(file, file.toString());
        if (meters.isEmpty() && prune) {
            throw new RequestRefusedException(
                    file
                            + " defines no meter, so that --prune would retire all; retire them one by"
                            + " one with tallyflow meters retire");
        }
        Instant since = from == null ? null : TimeArgument.exact("--from", from);
        MeterOrders orders = changes.orders();
        // Whoever wants a backfill is told first that there can be none.
        PrintedRuns runs =
                (backfill || since != null) && !dryRun
                        ? new PrintedRuns(changes.connections(), lake, Console.out(spec))
                        : null;
        if (dryRun) {
            OrderedChanges.show(spec, orders.wouldApply(meters, prune, since));
        } else {
            changes.showCommitted(spec, orders, orders.apply(meters, prune, since));
        }
        if (runs != null && since != null) {
            for (MeterOrders.LackingVersion lacking : orders.lacking(meters, since)) {
                runs.run(
                        Backfill.Request.version(
                                lacking.slug(), lacking.version(), PrintedRuns.PATIENCE));
            }
        }
        if (runs != null && backfill) {
            for (String slug : orders.notWhole(meters)) {
                runs.run(Backfill.Request.all(slug, PrintedRuns.PATIENCE));
            }
        }
        return 0;
    }
}
