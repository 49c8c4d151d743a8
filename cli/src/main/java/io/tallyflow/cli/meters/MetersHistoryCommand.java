package io.tallyflow.cli.meters;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.Question;
import io.tallyflow.results.RequestRefusedException;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow meters history}. */
@Command(
        name = "history",
        description = "Shows every version of a meter, and the event time that each owns.")
final class MetersHistoryCommand implements Callable<Integer> {

    private static final List<Column> COLUMNS =
            List.of(
                    Column.number("version"),
                    Column.text("state"),
                    Column.text("counts from"),
                    Column.text("to"),
                    Column.number("since commit"),
                    Column.text("event type"),
                    Column.text("value"),
                    Column.text("groups"),
                    Column.text("requested by"),
                    Column.text("at"));

    private static final Question<List<String>> VERSIONS =
            new Question<>(
                    """
            select version, state, counts_from, counts_to, since_commit, event_type, value_property,
                (select string_agg(g.key || '=' || g.value, ', ' order by g.key collate "C")
                 from jsonb_each_text(group_by) g) as groups,
                requested_by, requested_at
            from tallyflow.meter_version where slug = ? order by version
            """,
                    MetersHistoryCommand::version);

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    @Parameters(paramLabel = "SLUG", description = "The meter.")
    private String slug = "";

    @Override
    public Integer call() {
        List<List<String>> versions = versions(connection.find(System.getenv()).postgres());
        if (versions.isEmpty()) {
            throw new RequestRefusedException("there is no meter " + slug + " and never was");
        }
        PrintWriter out = Console.out(spec);
        TextTable.lines(COLUMNS, versions).forEach(out::println);
        out.flush();
        return 0;
    }

    private List<List<String>> versions(PostgresAddress address) {
        try (Connection found = address.connect()) {
            return VERSIONS.all(found, slug);
        } catch (SQLException e) {
            throw PostgresTrouble.failure(address, e);
        }
    }

    private static List<String> version(ResultSet row) throws SQLException {
        return List.of(
                row.getString("version"),
                row.getString("state"),
                time(row, "counts_from"),
                time(row, "counts_to"),
                Objects.toString(row.getString("since_commit"), ""),
                row.getString("event_type"),
                Objects.toString(row.getString("value_property"), ""),
                Objects.toString(row.getString("groups"), ""),
                row.getString("requested_by"),
                time(row, "requested_at"));
    }

    private static String time(ResultSet row, String column) throws SQLException {
        @Nullable OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? "" : time.toInstant().toString();
    }
}
