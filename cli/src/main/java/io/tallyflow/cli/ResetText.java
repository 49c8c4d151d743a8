package io.tallyflow.cli;

import io.tallyflow.cli.reset.Reset;
import io.tallyflow.cli.reset.Reset.Deed;
import io.tallyflow.cli.text.TextTable;
import java.time.temporal.ChronoUnit;
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
        lines.add(line("recorded", deed(reset.recorded())));
        if (reset.undone() != null) {
            lines.add(line("undone", deed(reset.undone())));
        }
        return lines;
    }

    /** Which one, within a sentence. */
    static String what(Reset reset) {
        return TextTable.visible(
                "of meter "
                        + reset.meter()
                        + " and "
                        + (reset.subject() == null ? "all subjects" : "subject " + reset.subject())
                        + ", which was asked for "
                        + reset.requested()
                        + (reset.reason() == null ? "" : " for \"" + reset.reason() + '"'));
    }

    /** When, by whom and why. */
    static String deed(Deed deed) {
        return TextTable.visible(
                deed.at().truncatedTo(ChronoUnit.SECONDS)
                        + " by "
                        + deed.by()
                        + (deed.reason() == null ? "" : ": " + deed.reason()));
    }

    /** The same in a table, where there may be none. */
    static String deedOrNone(@Nullable Deed deed) {
        return deed == null ? "-" : deed(deed);
    }

    static String subject(Reset reset) {
        return reset.subject() == null ? ALL_SUBJECTS : reset.subject();
    }

    private static String line(String what, String text) {
        return Console.line(what, TextTable.visible(text));
    }
}
