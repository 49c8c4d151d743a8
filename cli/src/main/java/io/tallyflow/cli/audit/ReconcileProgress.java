package io.tallyflow.cli.audit;

import io.tallyflow.cli.run.RunProgress;
import io.tallyflow.cli.terminal.Terminal;
import io.tallyflow.operations.reconcile.Difference;
import io.tallyflow.operations.reconcile.ReconcileListener;
import io.tallyflow.results.TextTable;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/** Prints each difference, and shows how far it is. */
final class ReconcileProgress implements ReconcileListener, AutoCloseable {

    private final RunProgress progress;

    ReconcileProgress(PrintWriter out) {
        this.progress = new RunProgress(out, Terminal.isThere(System.getenv()), System::nanoTime);
    }

    @Override
    public void begins(int days) {
        progress.begins(0, days);
    }

    @Override
    public void reads(long events) {
        progress.reads(events);
    }

    @Override
    public void differs(Difference difference) {
        progress.print(
                TextTable.visible(
                        "%s: %s %s %s %s is %s of %d readings, and its events come to %s of %d"
                                .formatted(
                                        switch (difference.place()) {
                                            case POSTGRES -> "Postgres";
                                            case LAKE -> "lake";
                                        },
                                        difference.version().name(),
                                        difference.subject(),
                                        difference.windowStart(),
                                        difference.group(),
                                        text(difference.value()),
                                        difference.readings(),
                                        text(difference.counted()),
                                        difference.events())));
    }

    @Override
    public void done(LocalDate day, long windows) {
        progress.done("%s: %d windows".formatted(day, windows));
    }

    private static String text(@Nullable BigDecimal value) {
        return value == null ? "nothing" : value.stripTrailingZeros().toPlainString();
    }

    @Override
    public void close() {
        progress.close();
    }
}
