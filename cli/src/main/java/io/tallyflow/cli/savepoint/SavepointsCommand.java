package io.tallyflow.cli.savepoint;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.PipelineOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.operations.job.SavepointFiles;
import io.tallyflow.operations.state.FilesSeen;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.results.ledger.LedgerPosition;
import io.tallyflow.results.savepoint.RecordedSavepoint;
import io.tallyflow.results.savepoint.SavepointTable;
import io.tallyflow.schemas.commit.RewindTarget;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tallyflow savepoints}. */
@Command(
        name = "savepoints",
        description =
                "Lists the savepoints on record, newest first: which commit each stands for, and how"
                        + " a job can be started from it.")
public final class SavepointsCommand implements Callable<Integer> {

    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("taken"),
                    Column.text("by"),
                    Column.number("commit"),
                    Column.number("epoch"),
                    Column.number("checkpoint"),
                    Column.text("format"),
                    Column.text("start"),
                    Column.text("path"));

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final PipelineOption pipeline = new PipelineOption();

    @Override
    public Integer call() {
        PostgresAddress postgres = connection.find(System.getenv()).postgres();
        PrintWriter out = Console.out(spec);
        SavepointFiles files = new SavepointFiles(System.getenv());
        try (Connection to = postgres.connect()) {
            List<List<String>> rows =
                    new SavepointTable(to, pipeline.name())
                            .all().stream().map(recorded -> row(recorded, files)).toList();
            TextTable.lines(COLUMNS, rows).forEach(out::println);
            out.flush();
            return 0;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private static List<String> row(RecordedSavepoint recorded, SavepointFiles files) {
        LedgerPosition position = recorded.position();
        return List.of(
                recorded.takenAt().truncatedTo(ChronoUnit.SECONDS).toString(),
                recorded.takenBy(),
                position == null ? "-" : Long.toString(position.commit()),
                position == null ? "-" : Long.toString(position.epoch()),
                Long.toString(recorded.savepoint().checkpoint()),
                recorded.format().name().toLowerCase(Locale.ROOT),
                start(recorded, files),
                recorded.savepoint().path());
    }

    /** What it takes to start from it. */
    private static String start(RecordedSavepoint recorded, SavepointFiles files) {
        LedgerPosition position = recorded.position();
        LedgerPosition ledger = recorded.ledger();
        if (files.of(recorded.savepoint().path()) == FilesSeen.GONE) {
            return "gone";
        } else if (recorded.abandoned()) {
            return "taken back";
        } else if (position == null) {
            return ledger.equals(recorded.before()) ? "as it is" : "not made";
        } else if (position.equals(ledger)) {
            return "as it is";
        }
        return "--rewind-to " + new RewindTarget(position.commit(), ledger.epoch());
    }
}
