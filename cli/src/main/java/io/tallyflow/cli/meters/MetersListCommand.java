package io.tallyflow.cli.meters;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.Question;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import io.tallyflow.results.meters.MeterDefinitions;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.Meter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow meters list}. */
@Command(name = "list", description = "Shows the meters in force, or those of a file.")
final class MetersListCommand implements Callable<Integer> {

    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("slug"),
                    Column.text("event type"),
                    Column.text("aggregation"),
                    Column.text("value"),
                    Column.text("groups"),
                    Column.text("window"),
                    Column.text("description"));

    private static final Question<List<String>> IN_FORCE =
            new Question<>(
                    """
            select slug, event_type, aggregation, value_property,
                (select string_agg(g.key || '=' || g.value, ', ' order by g.key collate "C")
                 from jsonb_each_text(group_by) g),
                window_size, description
            from tallyflow.meter order by slug
            """,
                    MetersListCommand::rowInForce);

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    @Option(
            names = "--meters",
            paramLabel = "FILE",
            description = "Show the definitions in this file, without asking any server.")
    private @Nullable Path meters;

    @Override
    public Integer call() {
        List<List<String>> rows =
                meters == null
                        ? inForce(connection.find(System.getenv()).postgres())
                        : MeterDefinitions.read(meters, "--meters " + meters).stream()
                                .map(MetersListCommand::row)
                                .toList();
        PrintWriter out = Console.out(spec);
        TextTable.lines(COLUMNS, rows).forEach(out::println);
        out.flush();
        return 0;
    }

    private static List<List<String>> inForce(PostgresAddress address) {
        try (Connection connection = address.connect()) {
            return IN_FORCE.all(connection);
        } catch (SQLException e) {
            throw PostgresTrouble.failure(address, e);
        }
    }

    private static List<String> rowInForce(ResultSet meter) throws SQLException {
        List<String> row = new ArrayList<>();
        for (int column = 1; column <= COLUMNS.size(); column++) {
            row.add(Objects.toString(meter.getString(column), ""));
        }
        return row;
    }

    private static List<String> row(Meter meter) {
        return List.of(
                meter.slug(),
                meter.eventType(),
                meter.aggregation().name(),
                meter.valuePath() == null ? "" : meter.valuePath().text(),
                meter.groupBy().stream()
                        .map(MetersListCommand::shown)
                        .collect(Collectors.joining(", ")),
                meter.windowSize().name(),
                meter.description());
    }

    private static String shown(GroupDimension group) {
        return group.name() + "=" + group.path().text();
    }
}
