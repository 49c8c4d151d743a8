package io.tallyflow.cli.reset;

import io.tallyflow.cli.terminal.Console;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.reset.Reset;
import io.tallyflow.results.reset.Reset.Deed;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Resets, for people. */
final class ResetText {

    private static final String ALL_SUBJECTS = "(all)";

    private ResetText() {}

    /** All of it. */
    static List<String> lines(Reset reset) {
        List<String> lines = new ArrayList<>();
        lines.add(line("reset", reset.id()));
        lines.add(line("savepoint", reset.savepoint()));
        lines.addAll(linesAfterSavepoint(reset));
        return lines;
    }

    /** What is left to say when id and savepoint are said. */
    static List<String> linesAfterSavepoint(Reset reset) {
        List<String> lines = new ArrayList<>();
        lines.add(line("meter", reset.meter()));
        lines.add(line("subject", subject(reset)));
        lines.add(line("since", reset.at().toString()));
        lines.add(line("recorded", reset.recorded().shown()));
        if (reset.undone() != null) {
            lines.add(line("undone", reset.undone().shown()));
        }
        return lines;
    }

    /** What somebody did, in a table, where it may be nothing. */
    static String deedOrNone(@Nullable Deed deed) {
        return deed == null ? "-" : deed.shown();
    }

    static String subject(Reset reset) {
        return reset.subject() == null ? ALL_SUBJECTS : reset.subject();
    }

    private static String line(String what, String text) {
        return Console.line(what, TextTable.visible(text));
    }
}
