package io.tallyflow.cli.query;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.EmbeddedLake;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.cli.terminal.NamedValue;
import io.tallyflow.cli.terminal.TimeArgument;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.lake.LakeQueryEngine;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.DaysOfZone;
import io.tallyflow.results.query.PostgresQueryEngine;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.RowFormat;
import io.tallyflow.results.query.RowPrinter;
import io.tallyflow.results.query.UsageQuery;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tallyflow query}. */
@Command(
        name = "query",
        description = {
            "How much was used: exact totals of a meter.",
            "Times are like 2026-01-01T00:00:00Z, or like 2026-01-01, which is the beginning of that"
                    + " day in the zone."
        })
public final class QueryCommand implements Callable<Integer> {

    /** Where the answer comes from. */
    enum Source {
        POSTGRES,
        ICEBERG
    }

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    @Parameters(
            paramLabel = "METER",
            description = "Slug of the meter; SLUG@N for its version N alone.")
    private String meter = "";

    @Option(names = "--from", paramLabel = "T", description = "Usage from this time on.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "T", description = "Usage before this time.")
    private @Nullable String to;

    @Option(
            names = "--window",
            paramLabel = "SIZE",
            description = "One row per window: ${COMPLETION-CANDIDATES}. Without it one total.")
    private @Nullable CalendarWindow window;

    @Option(
            names = "--zone",
            paramLabel = "Z",
            defaultValue = "UTC",
            description =
                    "IANA time zone of hours and longer windows, and of plain dates; default"
                            + " ${DEFAULT-VALUE}.")
    private String zone = "UTC";

    @Option(
            names = "--subject",
            paramLabel = "S",
            description = "Only this subject, in rows of its own; may be repeated.")
    private List<String> subjects = new ArrayList<>();

    @Option(
            names = "--group-by",
            paramLabel = "NAME",
            description =
                    "Rows of their own for each value of this group, or of subject; may be"
                            + " repeated.")
    private List<String> groupBy = new ArrayList<>();

    @Option(
            names = "--filter",
            paramLabel = "NAME=VALUE",
            description =
                    "Only usage with this value of a group; a name that is repeated allows several"
                            + " values.")
    private List<String> filters = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, csv or json; default ${DEFAULT-VALUE}.")
    private RowFormat format = RowFormat.TABLE;

    @Option(
            names = "--engine",
            paramLabel = "ENGINE",
            defaultValue = "postgres",
            description = "postgres or iceberg; default ${DEFAULT-VALUE}.")
    private Source source = Source.POSTGRES;

    @Override
    public Integer call() {
        TimeArgument first = time("--from", from);
        TimeArgument end = time("--to", to);
        Map<String, List<String>> allowed = allowed(filters);
        Connections connections = connection.find(System.getenv());
        try {
            DaysOfZone days = new DaysOfZone(connections.postgres().dataSource(), zone);
            UsageQuery query = query(instant(first, days), instant(end, days), allowed);
            RowPrinter rows = format.to(Console.out(spec), query);
            engine(connections).run(query, rows);
            rows.end();
        } catch (RequestFailedException e) {
            throw e.getCause() instanceof SQLException cause
                    ? PostgresTrouble.failure(connections.postgres(), cause)
                    : new RequestFailedException(FirstCause.of(e), e);
        } catch (IOException e) {
            throw new RequestFailedException("the answer cannot be written: " + e.getMessage(), e);
        }
        return 0;
    }

    private QueryEngine engine(Connections connections) {
        return switch (source) {
            case POSTGRES -> new PostgresQueryEngine(connections.postgres().dataSource());
            case ICEBERG ->
                    new LakeQueryEngine(
                            EmbeddedLake.of(connections), connections.postgres().dataSource());
        };
    }

    private UsageQuery query(
            @Nullable Instant first, @Nullable Instant end, Map<String, List<String>> allowed) {
        return new UsageQuery(meter, first, end, window, zone, subjects, groupBy, allowed);
    }

    private static @Nullable TimeArgument time(String option, @Nullable String text) {
        return text == null ? null : TimeArgument.read(option, text);
    }

    private static @Nullable Instant instant(@Nullable TimeArgument time, DaysOfZone days) {
        return time == null ? null : time.in(days::startOf);
    }

    private static Map<String, List<String>> allowed(List<String> filters) {
        Map<String, List<String>> allowed = new LinkedHashMap<>();
        for (String filter : filters) {
            NamedValue one = NamedValue.read("--filter", filter);
            allowed.computeIfAbsent(one.name(), name -> new ArrayList<>()).add(one.value());
        }
        return allowed;
    }
}
