package io.tallyflow.cli.audit;

import io.tallyflow.cli.terminal.Console;
import io.tallyflow.operations.explain.Explain;
import io.tallyflow.operations.explain.ExplainListener;
import io.tallyflow.operations.explain.ExplainedCell;
import io.tallyflow.operations.explain.ExplainedEvent;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.StreamedTable;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Prints events as they are found, and then what they come to. */
final class PrintedExplanation implements ExplainListener {

    private static final List<Column> CELLS =
            List.of(
                    Column.text("group"),
                    Column.number("shown"),
                    Column.number("readings"),
                    Column.number("events come to"),
                    Column.number("readings"),
                    Column.text(""));

    private final PrintWriter out;
    private final String subject;
    private final StreamedTable events;
    private boolean hasEvents;

    PrintedExplanation(PrintWriter out, String subject) {
        this.out = out;
        this.subject = subject;
        this.events =
                new StreamedTable(
                        out,
                        List.of(
                                Column.text("time"),
                                Column.text("source"),
                                Column.text("id"),
                                Column.text("group"),
                                Column.number("value"),
                                Column.text("counted")));
    }

    @Override
    public void begins(MeterVersion version, Instant start, Instant end) {
        Meter meter = version.meter();
        JsonPath path = meter.valuePath();
        say(
                "meter",
                version.name()
                        + ", "
                        + meter.aggregation()
                        + (path == null ? "" : " of " + path.text())
                        + " of events of type "
                        + meter.eventType());
        say("subject", subject);
        say("window", start + " to " + end);
    }

    @Override
    public void waitsForLake() {
        say("waiting", "for the lake to hold what Postgres shows");
    }

    @Override
    public void found(ExplainedEvent event) {
        hasEvents = true;
        try {
            events.add(
                    List.of(
                            event.time().toString(),
                            event.source(),
                            event.id(),
                            event.group(),
                            Objects.requireNonNullElse(event.value(), ""),
                            counted(event)));
        } catch (IOException e) {
            throw unwritten(e);
        }
    }

    private static String counted(ExplainedEvent event) {
        return switch (event.by()) {
            case STREAM ->
                    event.importNumber() == 0
                            ? "by the stream"
                            : "by the stream, sent by import " + event.importNumber();
            case RUN -> "by a run";
            case NONE -> "no more: taken back by a void";
        };
    }

    void print(Explain.Outcome outcome) {
        try {
            if (hasEvents) {
                events.end();
            }
        } catch (IOException e) {
            throw unwritten(e);
        }
        if (!outcome.cells().isEmpty()) {
            TextTable.lines(CELLS, outcome.cells().stream().map(PrintedExplanation::row).toList())
                    .forEach(out::println);
        }
        outcome.changes()
                .forEach(
                        change ->
                                say(
                                        "adjusted",
                                        "%s: %s readings%s, commit %s"
                                                .formatted(
                                                        change.reason(),
                                                        signed(change.readings()),
                                                        change.sum() == null
                                                                ? ""
                                                                : ", sum " + text(change.sum()),
                                                        range(
                                                                change.firstCommit(),
                                                                change.lastCommit()))));
        outcome.runs()
                .forEach(
                        run ->
                                say(
                                        "run",
                                        "%d, %s by %s%s, in totals since commit %d"
                                                .formatted(
                                                        run.run(),
                                                        run.kind(),
                                                        run.requestedBy(),
                                                        run.reason() == null
                                                                ? ""
                                                                : " for \"" + run.reason() + '"',
                                                        run.shownInCommit())));
        say("as of", "commit " + outcome.commit());
        say(
                outcome.isEqual() ? "equal" : "differs",
                outcome.cells().isEmpty()
                        ? "nothing was used, and no event counts"
                        : outcome.isEqual()
                                ? "the events add up to what is shown"
                                : "the events do not add up to what is shown");
    }

    private static List<String> row(ExplainedCell cell) {
        return List.of(
                cell.group(),
                text(cell.value()),
                String.valueOf(cell.readings()),
                text(cell.counted()),
                String.valueOf(cell.events()),
                (cell.isEqual() ? "equal" : "DIFFERS") + (cell.settled() ? "" : ", open"));
    }

    private static String signed(long number) {
        return number > 0 ? "+" + number : String.valueOf(number);
    }

    private static String range(long first, long last) {
        return first == last ? String.valueOf(first) : first + " to " + last;
    }

    private static String text(@Nullable BigDecimal value) {
        return value == null ? "" : value.stripTrailingZeros().toPlainString();
    }

    private static RequestFailedException unwritten(IOException e) {
        return new RequestFailedException("the answer cannot be written: " + e.getMessage(), e);
    }

    private void say(String what, String text) {
        Console.say(out, what, TextTable.visible(text));
    }
}
