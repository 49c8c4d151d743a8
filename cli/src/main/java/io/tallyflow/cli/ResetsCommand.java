package io.tallyflow.cli;

import io.tallyflow.cli.reset.Reset;
import io.tallyflow.cli.reset.ResetTable;
import io.tallyflow.cli.text.TextTable;
import io.tallyflow.cli.text.TextTable.Column;
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
final class ResetsCommand implements Callable<Integer> {

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
                ResetText.deed(reset.recorded()),
                ResetText.deedOrNone(reset.undone()),
                reset.id(),
                reset.savepoint());
    }
}
