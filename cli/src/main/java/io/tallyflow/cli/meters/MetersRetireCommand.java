package io.tallyflow.cli.meters;

import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.results.meters.MeterOrders;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow meters retire}. */
@Command(
        name = "retire",
        description = "Lets a meter be counted no longer; its past can still be asked for.")
final class MetersRetireCommand implements Callable<Integer> {

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final OrderedChanges changes = new OrderedChanges();

    @Parameters(paramLabel = "SLUG", description = "The meter.")
    private String slug = "";

    @Option(
            names = "--at",
            paramLabel = "T",
            description =
                    "Event time from which on it is not counted, on a boundary of its windows"
                            + " (default: the next one).")
    private @Nullable String at;

    @Override
    public Integer call() {
        MeterOrders orders = changes.orders();
        changes.showCommitted(
                spec,
                orders,
                List.of(orders.retire(slug, at == null ? null : TimeArgument.exact("--at", at))));
        return 0;
    }
}
