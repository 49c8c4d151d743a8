package io.tallyflow.cli.imports;

import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.Screen;
import io.tallyflow.cli.terminal.Terminal;
import io.tallyflow.operations.imports.ImportListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows how far an import is: a line that is drawn over in a terminal, few lines elsewhere. */
final class ImportProgress implements ImportListener, AutoCloseable {

    private static final long FRAME_NANOS = Duration.ofMillis(200).toNanos();
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int PERCENT = 100;

    private final PrintWriter out;
    private final boolean inTerminal;
    private final Screen screen;
    private final LongSupplier nanos;
    private long events;
    private int parts;
    private int done;
    private long begunNanos;
    private long shownNanos;
    private boolean sends;

    /**
     * @param inTerminal whether lines can be drawn over
     * @param nanos a clock
     */
    ImportProgress(PrintWriter out, boolean inTerminal, LongSupplier nanos) {
        this.out = out;
        this.inTerminal = inTerminal;
        this.screen = new Screen(out);
        this.nanos = nanos;
    }

    @Override
    public synchronized void checked(long found, long rejected) {
        events = found;
        say("checked", found + " events" + (rejected == 0 ? "" : ", " + rejected + " rejected"));
    }

    @Override
    public synchronized void waitsForLake() {
        say("waiting", "for the lake to hold what was accepted hours ago");
    }

    @Override
    public synchronized void looksUp(int partsOfLake) {
        parts = partsOfLake;
        done = 0;
        draw("looking up: 0 %");
    }

    @Override
    public synchronized void lookedUp() {
        done++;
        draw("looking up: " + PERCENT * done / Math.max(parts, 1) + " %");
    }

    @Override
    public synchronized void sent(long known, long sent) {
        if (!sends) {
            sends = true;
            begunNanos = nanos.getAsLong();
        }
        double seconds = (nanos.getAsLong() - begunNanos) / NANOS_PER_SECOND;
        draw(
                String.format(
                        Locale.ROOT,
                        "%d of %d events: %d sent, %d known%s",
                        known + sent,
                        events,
                        sent,
                        known,
                        seconds < 1 ? "" : String.format(Locale.ROOT, ", %.0f s", seconds)));
    }

    private void say(String what, String outcome) {
        Console.say(out, what, outcome);
    }

    private void draw(String line) {
        long now = nanos.getAsLong();
        if (inTerminal && now - shownNanos >= FRAME_NANOS) {
            shownNanos = now;
            screen.show(List.of(line), Terminal.size().rows());
        }
    }

    @Override
    public synchronized void close() {
        if (inTerminal) {
            screen.close();
        }
    }
}
