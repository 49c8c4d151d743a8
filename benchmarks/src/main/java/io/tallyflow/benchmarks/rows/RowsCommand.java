package io.tallyflow.benchmarks.rows;

import io.tallyflow.benchmarks.measure.FreshPostgres;
import io.tallyflow.benchmarks.measure.Workplace;
import io.tallyflow.benchmarks.rows.Writes.Candidate;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.SQLException;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code benchmarks/run rows}: what a usage row costs Postgres, by layout and way to write it. */
@Command(
        name = "rows",
        description =
                "What a usage row costs Postgres: layouts of the table, ways to write new and"
                        + " replaced rows, checks, and ways to find a time.")
public final class RowsCommand implements Callable<Integer> {

    @Option(
            names = "--part",
            paramLabel = "PART",
            split = ",",
            description = "new, replaced, layouts, times, separated by commas (default all).")
    private Set<Part> parts = EnumSet.allOf(Part.class);

    @Option(
            names = "--rows",
            paramLabel = "N",
            defaultValue = "100000",
            description = "Rows of a commit, two minutes of half as many cells (default 100000).")
    private int rows;

    @Option(
            names = "--rounds",
            paramLabel = "R",
            defaultValue = "5",
            description = "How often each way is measured, in turns (default ${DEFAULT-VALUE}).")
    private int rounds;

    @Option(
            names = "--month",
            paramLabel = "N",
            defaultValue = "5000000",
            description =
                    "Rows of the month in which times are looked up (default ${DEFAULT-VALUE}).")
    private int month;

    @Option(
            names = "--layouts",
            paramLabel = "LAYOUT",
            split = ",",
            description =
                    "Of the parts layouts and times, separated by commas: ${COMPLETION-CANDIDATES}"
                            + " (default all).")
    private Set<Layout> layouts = EnumSet.allOf(Layout.class);

    @Option(
            names = "--postgres-url",
            paramLabel = "URL",
            description =
                    "JDBC address of a database tallyflow on this machine, owned by a user of that"
                            + " name without a password; its schema rows is dropped (default: an"
                            + " embedded server).")
    private @Nullable String url;

    @Spec private @Nullable CommandSpec spec;

    /** What is measured. */
    enum Part {
        NEW,
        REPLACED,
        LAYOUTS,
        TIMES
    }

    @Override
    public Integer call() throws SQLException, IOException {
        if (rows < 2 || rounds < 1 || month < 1) {
            throw new ParameterException(
                    Objects.requireNonNull(spec).commandLine(),
                    "--rows must be 2 or more, --rounds and --month 1 or more");
        }
        try (Workplace workplace = Workplace.open()) {
            String address = url != null ? url : embedded(workplace);
            try (Server server = Server.connect(address, EmbeddedPostgres.NAME)) {
                out().println("PostgreSQL " + server.version() + ", all figures of one row");
                measure(server);
            }
        }
        return 0;
    }

    private static String embedded(Workplace workplace) {
        FreshPostgres postgres =
                workplace.start(
                        () ->
                                FreshPostgres.start(
                                        workplace.directory("postgres"),
                                        workplace.directory("postgres-software")));
        return postgres.url();
    }

    private void measure(Server server) throws SQLException, IOException {
        Writes writes = new Writes(server, new Writes.Size(rows, rounds), err());
        for (Part part : parts) {
            switch (part) {
                case NEW -> print("New rows", writes.newRows(newRows()).lines());
                case REPLACED ->
                        print("Replaced rows", writes.replacedRows(replacedRows()).lines());
                case LAYOUTS -> {
                    print("New rows, layouts", writes.newRows(layouts(Way.COPY_BINARY)).lines());
                    print(
                            "Replaced rows, layouts",
                            writes.replacedRows(layouts(Way.UPDATE_BY_KEY)).lines());
                }
                case TIMES -> new Times(server, month, out(), err()).measure(layouts);
            }
        }
    }

    private static List<Candidate> newRows() {
        return List.of(
                new Candidate(Layout.FULL, Way.UPSERT),
                new Candidate(Layout.CELL, Way.UPSERT),
                new Candidate(Layout.CELL, Way.INSERT),
                new Candidate(Layout.CELL, Way.COPY_BINARY),
                new Candidate(Layout.CELL, Way.COPY_TEXT));
    }

    private static List<Candidate> replacedRows() {
        return List.of(
                new Candidate(Layout.FULL, Way.UPSERT),
                new Candidate(Layout.CELL, Way.UPSERT),
                new Candidate(Layout.CELL, Way.UPDATE),
                new Candidate(Layout.CELL, Way.UPDATE_BY_KEY),
                new Candidate(Layout.CELL, Way.UPDATE_STAGED));
    }

    private List<Candidate> layouts(Way way) {
        return layouts.stream()
                .filter(layout -> !layout.isFull())
                .map(layout -> new Candidate(layout, way))
                .toList();
    }

    private void print(String title, List<String> lines) {
        out().println();
        out().println(title);
        lines.forEach(out()::println);
    }

    private PrintWriter out() {
        return Objects.requireNonNull(spec).commandLine().getOut();
    }

    private PrintWriter err() {
        return Objects.requireNonNull(spec).commandLine().getErr();
    }
}
