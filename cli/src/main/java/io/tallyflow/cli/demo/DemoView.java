package io.tallyflow.cli.demo;

import io.tallyflow.cli.terminal.Lifetime;
import io.tallyflow.cli.terminal.Screen;
import io.tallyflow.cli.terminal.Terminal;
import io.tallyflow.schemas.progress.Count;
import java.io.PrintWriter;
import java.util.Map;

/** Where people watch a demo. */
interface DemoView extends AutoCloseable {

    void show(DemoSnapshot demo);

    /** Nothing more will be shown. */
    @Override
    default void close() {}

    /** A picture that is redrawn in place, or lines if there is no terminal for that. */
    static DemoView of(PrintWriter out, Lifetime lifetime, Map<String, String> environment) {
        return Terminal.isThere(environment) ? picture(out, lifetime) : lines(out);
    }

    private static DemoView picture(PrintWriter out, Lifetime lifetime) {
        // Closed with everything else as well: Ctrl-C must give the cursor back.
        Screen screen = lifetime.start(() -> new Screen(out));
        return new DemoView() {
            @Override
            public void show(DemoSnapshot demo) {
                Terminal.Size size = Terminal.size();
                screen.show(DemoPicture.lines(demo, size.columns()), size.rows());
            }

            @Override
            public void close() {
                screen.close();
            }
        };
    }

    private static DemoView lines(PrintWriter out) {
        return demo -> {
            out.printf(
                    "%4d s  commit %d: %,d of %,d records, %,d/s, lag %,d%s%n",
                    demo.elapsed().toSeconds(),
                    demo.seen().commit(),
                    demo.seen().counts().of(Count.CONSUMED),
                    demo.records(),
                    demo.perSecond(),
                    demo.lag(),
                    demo.lanesEqual() ? "" : ", A LANE DIFFERS");
            out.flush();
        };
    }
}
