package io.tallyflow.cli.meters;

import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.meters.MeterOrders;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow meters withdraw}. */
@Command(
        name = "withdraw",
        description = "Takes back the newest version of a meter that totals do not show yet.")
final class MetersWithdrawCommand implements Callable<Integer> {

    private static final Pattern VERSION = Pattern.compile("([^@]+)@([1-9][0-9]{0,8})");

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final OrderedChanges changes = new OrderedChanges();

    @Parameters(paramLabel = "SLUG@N", description = "The meter and the number of the version.")
    private String version = "";

    @Override
    public Integer call() {
        Matcher named = VERSION.matcher(version);
        if (!named.matches()) {
            throw new RequestRefusedException(
                    version + " names no version: it is written like tokens@2");
        }
        MeterOrders orders = changes.orders();
        changes.showCommitted(
                spec,
                orders,
                List.of(orders.withdraw(named.group(1), Integer.parseInt(named.group(2)))));
        return 0;
    }
}
