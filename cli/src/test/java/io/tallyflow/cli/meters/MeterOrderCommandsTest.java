package io.tallyflow.cli.meters;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.schema.MeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Orders of meters, given to a Postgres where the test makes the commits. */
@Timeout(120)
final class MeterOrderCommandsTest {

    private static final String TOKENS =
            "{slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.old, windowSize: HOUR}";
    private static final String CHANGED =
            "{slug: tokens, eventType: t, aggregation: SUM, valueProperty: $.new, windowSize: HOUR}";
    private static final String CALLS = "{slug: calls, eventType: t, aggregation: COUNT}";

    @TempDir private Path directory;
    private PostgresServer.Database database;

    @BeforeEach
    void create() throws SQLException {
        database = PostgresServer.migrated();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "insert into tallyflow.ledger (pipeline, commit, newest_event)"
                            + " values ('metering', 41, '2026-03-01 10:20:00Z')");
        }
    }

    @AfterEach
    void drop() {
        database.close();
    }

    /** As a job does that has taken everything up. */
    private void commit() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            MeterRegistry.register(connection, 0, 1_000, 42, unused -> null);
            statement.execute("update tallyflow.ledger set definitions = 1000, commit = 42");
        }
    }

    @Test
    void showsWhatWouldChangeAndAsksForNothing() throws Exception {
        CommandRun run = run("apply", file(TOKENS, CALLS), "--dry-run");
        assertThat(run.err()).isEmpty();
        assertThat(run.out().lines())
                .containsExactly(
                        "meter   change  version  commit  counts from  to",
                        "tokens  added         1",
                        "calls   added         1");
        assertThat(run.exitCode()).isZero();
        assertThat(run("history", "tokens").err()).contains("there is no meter tokens");
    }

    @Test
    void saysThatNoJobHasTakenItUpInTime() throws Exception {
        CommandRun run = run("apply", file(TOKENS), "--timeout", "0");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.out().lines()).endsWith("tokens  added         1");
        assertThat(run.err())
                .contains(
                        "asked for, but no commit has counted by it within 0 s",
                        "the next one that starts");
        assertThat(run("history", "tokens").out()).contains("requested");
    }

    @Test
    void printsOneLineAMeterWithTheCommitThatCountsByIt() throws Exception {
        commit();
        assertThat(run("apply", file(TOKENS, CALLS)).out().lines())
                .containsExactly(
                        "meter   change  version  commit  counts from  to",
                        "tokens  added         1      42",
                        "calls   added         1      42");
        commit();
        assertThat(run("apply", file(TOKENS), "--prune").out().lines())
                .containsExactly(
                        "meter   change     version  commit  counts from  to",
                        "tokens  unchanged        1      42",
                        "calls   retired          1      42               2026-03-01T10:21:00Z");
        commit();
        assertThat(run("apply", file(CHANGED)).out())
                .contains("tokens  changed        2      42  20");
    }

    @Test
    void refusesTheWholeFileForOneMeterThatNoJobCanTake() throws Exception {
        run("apply", file(TOKENS), "--timeout", "0");
        commit();
        CommandRun run = run("apply", file(CALLS, TOKENS.replace("SUM", "MAX")));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .contains("meter tokens: aggregation is SUM and cannot become MAX", "new slug");
        assertThat(run("history", "calls").exitCode()).isEqualTo(2);
    }

    @Test
    void retiresAtABoundaryAndOnlyWhatIsCounted() throws Exception {
        run("apply", file(TOKENS), "--timeout", "0");
        commit();
        CommandRun within = run("retire", "tokens", "--at", "2026-03-01T11:30:00Z");
        assertThat(within.exitCode()).isEqualTo(2);
        assertThat(within.err()).contains("2026-03-01T11:30:00Z is within a window", "HOUR");
        assertThat(run("retire", "tokens", "--at", "2026-03-01T12:00:00Z").out().lines())
                .endsWith("tokens  retired        1      42               2026-03-01T12:00:00Z");
        assertThat(run("retire", "tokens").err()).contains("no meter tokens is counted");
        assertThat(run("retire", "nothing").exitCode()).isEqualTo(2);
    }

    @Test
    void takesBackWhatTotalsDoNotShow() throws Exception {
        run("apply", file(TOKENS), "--timeout", "0");
        commit();
        run("apply", file(CHANGED), "--timeout", "0");
        assertThat(run("withdraw", "tokens@1").err()).contains("tokens@1 cannot be taken back");
        assertThat(run("withdraw", "tokens").err()).contains("written like tokens@2");
        assertThat(run("withdraw", "tokens@2").out().lines())
                .endsWith("tokens  withdrawn        2      42");
        assertThat(run("history", "tokens").out()).contains("2  withdrawn");
    }

    @Test
    void saysWhatToDoWhereTheDatabaseHasNoTables() throws Exception {
        database.close();
        database = PostgresServer.empty();
        CommandRun run = run("apply", file(TOKENS));
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .contains(
                        "SCHEMA_UNFIT: the database has no schema tallyflow", "tallyflow prepare");
    }

    @Test
    void doesNotRetireEverythingByAnEmptyFile() throws Exception {
        CommandRun run = run("apply", file(), "--prune");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).contains("--prune would retire all");
    }

    private String file(String... meters) throws Exception {
        Path file = directory.resolve("meters.yaml");
        Files.writeString(file, "meters: [" + String.join(", ", meters) + "]");
        return file.toString();
    }

    private CommandRun run(String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of("meters", command));
        all.addAll(Arrays.asList(arguments));
        all.add("--postgres-url");
        all.add(
                database.url()
                        .replace("jdbc:postgresql://", "postgresql://" + database.user() + "@"));
        return CommandRun.of(all.toArray(String[]::new));
    }
}
