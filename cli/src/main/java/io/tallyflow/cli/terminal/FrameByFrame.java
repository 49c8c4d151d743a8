package io.tallyflow.cli.terminal;

import java.io.PrintWriter;
import java.util.List;

/** Shows one frame after the other: in place on a terminal, below each other elsewhere. */
public final class FrameByFrame {

    private static final String HOME = "\u001b[H";
    private static final String CLEAR_TO_END_OF_LINE = "\u001b[K";
    private static final String CLEAR_TO_END = "\u001b[J";

    private final PrintWriter out;
    private final boolean terminal;

    /**
     * Shows nothing yet.
     *
     * @param terminal whether the output is one
     */
    public FrameByFrame(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Shows the next frame. */
    public void show(List<String> lines) {
        if (terminal) {
            out.print(HOME);
            lines.forEach(line -> out.println(line + CLEAR_TO_END_OF_LINE));
            out.print(CLEAR_TO_END);
        } else {
            lines.forEach(out::println);
            out.println();
        }
        out.flush();
    }
}
