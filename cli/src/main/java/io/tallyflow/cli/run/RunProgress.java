package io.tallyflow.cli.run;

import io.tallyflow.cli.terminal.Screen;
import io.tallyflow.cli.terminal.Terminal;
import io.tallyflow.operations.run.RunListener;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.function.LongSupplier;

/** Shows how far a run is: a bar in a terminal, a line for each day elsewhere. */
public final class RunProgress implements RunListener, AutoCloseable {

    private static final int BAR = 30;
    private static final int PERCENT = 100;
    private static final long FRAME_NANOS = Duration.ofMillis(200).toNanos();
    private static final double NANOS_PER_SECOND = 1e9;

    private final PrintWriter out;
    private final boolean inTerminal;
    private final Screen screen;
    private final LongSupplier nanos;
    private long begunNanos;
    private long shownNanos;
    private int days;
    private int done;
    private int parts;
    private int partsRead;
    private long read;

    /**
     * @param inTerminal whether lines can be drawn over
     * @param nanos a clock
     */
    public RunProgress(PrintWriter out, boolean inTerminal, LongSupplier nanos) {
        this.out = out;
        this.inTerminal = inTerminal;
        this.screen = new Screen(out);
        this.nanos = nanos;
    }

    @Override
    public synchronized void begins(long run, int daysLeft) {
        begunNanos = nanos.getAsLong();
        days = daysLeft;
        done = 0;
        read = 0;
        out.println(
                (run == 0 ? "counting " : "run " + run + ": ")
                        + daysLeft
                        + (daysLeft == 1 ? " day" : " days"));
        out.flush();
    }

    @Override
    public synchronized void beginsBeforeTheLake(LocalDate first) {
        out.println("the lake holds no events of before " + first);
        out.flush();
    }

    @Override
    public synchronized void waitsForLake() {
        out.println("waiting for the lake to hold what came before the meter was counted");
        out.flush();
    }

    @Override
    public synchronized void reads(long events) {
        read += events;
        if (inTerminal && nanos.getAsLong() - shownNanos >= FRAME_NANOS) {
            draw();
        }
    }

    @Override
    public synchronized void readsParts(int all) {
        begunNanos = nanos.getAsLong();
        parts = all;
        partsRead = 0;
        read = 0;
    }

    @Override
    public synchronized void readPart() {
        partsRead++;
    }

    @Override
    public synchronized void done(LocalDate day, long events, long windows) {
        done("%s: %d events, %d windows".formatted(day, events, windows));
    }

    /**
     * One day is done.
     *
     * @param line what it came to
     */
    public synchronized void done(String line) {
        done++;
        if (inTerminal) {
            draw();
        } else {
            out.println(line);
            out.flush();
        }
    }

    /** Prints a line that stays. */
    public synchronized void print(String line) {
        if (inTerminal) {
            screen.print(line);
        } else {
            out.println(line);
        }
    }

    private void draw() {
        shownNanos = nanos.getAsLong();
        screen.show(List.of(line()), Terminal.size().rows());
    }

    /** A bar, days or parts of a hundred, events a second and the time that is left. */
    String line() {
        return parts > 0
                ? line(partsRead, parts, percent())
                : line(done, days, done + " of " + days + " days");
    }

    private String percent() {
        return PERCENT * partsRead / parts + " %";
    }

    private String line(int done, int all, String place) {
        double seconds = Math.max(nanos.getAsLong() - begunNanos, 1) / NANOS_PER_SECOND;
        int filled = all == 0 ? BAR : BAR * done / all;
        String left =
                done == 0
                        ? ""
                        : String.format(
                                Locale.ROOT, ", %.0f s left", seconds / done * (all - done));
        return String.format(
                Locale.ROOT,
                "[%s%s] %s, %,.0f events/s%s",
                "#".repeat(filled),
                ".".repeat(BAR - filled),
                place,
                read / seconds,
                left);
    }

    @Override
    public void close() {
        if (inTerminal) {
            screen.close();
        }
    }
}
