package io.tallyflow.cli.reset;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.results.reset.Reset;
import io.tallyflow.results.reset.ResetTable;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow resets}. */
@Command(
        name = "resets",
        description = "Lists the resets on record, the last recorded first, undone ones too.")
public final class ResetsCommand implements Callable<Integer> {

    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("meter"),
                    Column.text("subject"),
                    Column.text("since"),
                    Column.text("recorded"),
                    Column.text("undone"),
                    Column.text("id"),
                    Column.text("savepoint"));

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    @Parameters(
            paramLabel = "METER",
            arity = "0..1",
            description = "Only those of this meter; without it all.")
    private @Nullable String meter;

    @Override
    public Integer call() {
        PostgresAddress postgres = connection.find(System.getenv()).postgres();
        PrintWriter out = Console.out(spec);
        try (Connection to = postgres.connect()) {
            List<List<String>> rows =
                    new ResetTable(to).all(meter).stream().map(ResetsCommand::row).toList();
            TextTable.lines(COLUMNS, rows).forEach(out::println);
            out.flush();
            return 0;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(postgres, e);
        }
    }

    private static List<String> row(Reset reset) {
        return List.of(
                reset.meter(),
                ResetText.subject(reset),
                reset.at().toString(),
                reset.recorded().shown(),
                ResetText.deedOrNone(reset.undone()),
                reset.id(),
                reset.savepoint());
    }
}
