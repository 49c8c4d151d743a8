package io.tallyflow.cli.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be said without a server. */
final class QueryCommandTest {

    @ParameterizedTest
    @CsvSource({
        "--from, noon, --from noon is neither",
        "--window, DECADE, MINUTE",
        "--format, xml, TABLE",
        "--engine, duckdb, ICEBERG",
        "--filter, model, --filter model is not NAME=VALUE",
        "--filter, =x, --filter =x is not NAME=VALUE",
        "--postgres-url, nowhere, --postgres-url is not of the form"
    })
    void refusesWhatItDoesNotUnderstand(String option, String value, String message) {
        CommandRun run = CommandRun.of("query", "tokens", option, value);
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(message);
    }

    @Test
    void needsAMeter() {
        CommandRun run = CommandRun.of("query");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("METER");
    }

    @Test
    void refusesTwoPlacesToAsk() {
        CommandRun run =
                CommandRun.of(
                        "query", "tokens", "--data-dir", "x", "--postgres-url", "postgresql://h/d");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--data-dir and --postgres-url");
    }

    @Test
    void saysWhatToDoWhereNoServersRun(@TempDir Path directory) {
        for (String command : new String[] {"query tokens", "status", "meters list"}) {
            String[] arguments = (command + " --data-dir " + directory).split(" ");
            CommandRun run = CommandRun.of(arguments);
            assertThat(run.exitCode()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err().lines())
                    .containsExactly(
                            "tallyflow: no servers run on "
                                    + directory
                                    + ": start them with tallyflow up, or name another directory"
                                    + " with --data-dir or a Postgres with --postgres-url");
        }
    }
}
