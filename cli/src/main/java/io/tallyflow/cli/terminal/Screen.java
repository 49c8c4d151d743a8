package io.tallyflow.cli.terminal;

import java.io.PrintWriter;
import java.util.List;

/**
 * The last lines of a terminal, drawn over and over in place with plain ANSI sequences. Never
 * scrolls: lines are not wrapped, and there are never more of them than the terminal can show. The
 * cursor is hidden while it is open. For several threads: whoever stops the program closes it.
 */
public final class Screen implements AutoCloseable {

    private static final String ESCAPE = "\u001b[";
    private static final String HIDE_CURSOR = ESCAPE + "?25l";
    private static final String SHOW_CURSOR = ESCAPE + "?25h";
    private static final String WRAP_NOT = ESCAPE + "?7l";
    private static final String WRAP = ESCAPE + "?7h";
    private static final String REST_OF_LINE = ESCAPE + "K";
    private static final String REST_OF_SCREEN = ESCAPE + "J";

    private final PrintWriter out;
    private int drawn;
    private boolean closed;

    public Screen(PrintWriter out) {
        this.out = out;
    }

    /**
     * Draws over what was drawn before; without effect once it is closed.
     *
     * @param rows of the terminal; one is left for the cursor
     */
    public synchronized void show(List<String> lines, int rows) {
        if (closed) {
            return;
        }
        int room = Math.max(1, rows - 1);
        StringBuilder frame = new StringBuilder(2_048).append(HIDE_CURSOR).append(WRAP_NOT);
        int up = Math.min(drawn, room);
        if (up > 0) {
            frame.append('\r').append(ESCAPE).append(up).append('A');
        }
        List<String> shown = lines.subList(0, Math.min(lines.size(), room));
        for (String line : shown) {
            frame.append(line).append(REST_OF_LINE).append("\r\n");
        }
        drawn = shown.size();
        out.print(frame.append(REST_OF_SCREEN).append(WRAP));
        out.flush();
    }

    /** Prints a line in the place of the picture, which is drawn below it the next time. */
    public synchronized void print(String line) {
        StringBuilder frame = new StringBuilder();
        if (drawn > 0) {
            frame.append('\r').append(ESCAPE).append(drawn).append('A');
        }
        drawn = 0;
        out.print(frame.append(line).append(REST_OF_LINE).append("\r\n").append(REST_OF_SCREEN));
        out.flush();
    }

    /** Leaves the last picture where it is, and gives the cursor back. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            out.print(WRAP + SHOW_CURSOR);
            out.flush();
        }
    }
}
