package io.tallyflow.cli.rehearsal;

import io.tallyflow.cli.connect.ConnectionOptions;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.cli.connect.LakeOption;
import io.tallyflow.cli.terminal.Console;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.local.truth.Comparison;
import io.tallyflow.local.truth.LakeArrival;
import io.tallyflow.local.truth.LakeResults;
import io.tallyflow.local.truth.PostgresResults;
import io.tallyflow.local.truth.Truth;
import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.results.PostgresTrouble;
import io.tallyflow.results.RequestRefusedException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code tallyflow rehearsal check}. */
@Command(
        name = "check",
        description = {
            "Waits until all of the usage is read, and compares every lane, total and window in"
                    + " Postgres and in the lake with the truth.",
            "Exit code 0 only if everything is equal."
        })
final class RehearsalCheckCommand implements Callable<Integer> {

    private static final int DIFFERENT = 1;

    @Spec private @Nullable CommandSpec spec;
    @Mixin private final RehearsalOptions usage = new RehearsalOptions();
    @Mixin private final ConnectionOptions connection = new ConnectionOptions();

    // With --postgres-url alone the lake is not looked at.
    @Mixin private final LakeOption lakeOption = new LakeOption();

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "How long to wait until all of it is read; default ${DEFAULT-VALUE}.")
    private int timeout;

    @Override
    public Integer call() {
        Truth truth = new Truth(usage.settings());
        truth.advanceToEnd();
        if (timeout < 1) {
            throw new RequestRefusedException(
                    "--timeout " + timeout + " is not a number of seconds");
        }
        Connections connections = connection.find(System.getenv());
        LakeOptions lake = lakeOption.find(connections, System.getenv());
        PrintWriter out = Console.out(spec);
        try (Connection to = connections.postgres().connect()) {
            boolean isRead = awaitAll(to, truth);
            LakeResults inLake = null;
            if (lake != null) {
                // What Postgres lacks the lake will not get.
                inLake =
                        isRead
                                ? LakeArrival.await(lake, connections.postgres(), truth, out)
                                : LakeArrival.now(lake, connections.postgres());
            }
            Comparison comparison = Comparison.of(truth, PostgresResults.all(to), inLake);
            comparison.print(out);
            return comparison.isEqual() ? 0 : DIFFERENT;
        } catch (SQLException e) {
            throw PostgresTrouble.failure(connections.postgres(), e);
        }
    }

    /** What is not read then is a difference that the comparison shows. */
    private boolean awaitAll(Connection to, Truth truth) throws SQLException {
        try {
            return Deadline.in(Duration.ofSeconds(timeout))
                            .await(() -> offsets(to).equals(truth.offsets()) ? true : null)
                    != null;
        } catch (Unanswered e) {
            throw e.problem;
        }
    }

    private static Map<Integer, Long> offsets(Connection to) {
        try {
            return PostgresResults.progress(to).offsets();
        } catch (SQLException e) {
            throw new Unanswered(e);
        }
    }

    private static final class Unanswered extends RuntimeException {

        private static final long serialVersionUID = 1L;

        final SQLException problem;

        Unanswered(SQLException problem) {
            super(problem);
            this.problem = problem;
        }
    }
}
