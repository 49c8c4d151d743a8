package io.tallyflow.cli.savepoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.FakeFlink;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.results.PostgresAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Savepoints of a cluster that answers as Flink does, on record in a Postgres. */
@Timeout(120)
final class SavepointCommandsTest {

    private static final String JOB = "0123456789abcdef0123456789abcdef";

    @TempDir static Path directory;
    private static EmbeddedPostgres server;
    private static PostgresAddress postgres;
    private FakeFlink flink;

    @BeforeAll
    static void startPostgres() throws Exception {
        server = EmbeddedPostgres.start(EmbeddedPostgres.ServerFiles.below(directory), 0);
        postgres = new PostgresAddress(server.jdbcUrl(), server.user(), null);
        Migrations.apply(postgres.dataSource());
    }

    @AfterAll
    static void stopPostgres() {
        server.close();
    }

    @BeforeEach
    void start() throws Exception {
        execute(
                "truncate tallyflow.reset, tallyflow.savepoint, tallyflow.ledger,"
                        + " tallyflow.ledger_history");
        flink = new FakeFlink();
        flink.answers("GET /jobs/overview", overview(JOB, "RUNNING"));
        takes(savepoint(7), 7);
        ledgerStandsAt(0, 4, 6);
    }

    @AfterEach
    void stop() {
        flink.close();
    }

    @Test
    void putsASavepointOnRecordWithTheCommitThatComesAfterIt() throws Exception {
        committed(0, 5, 7);
        CommandRun run = take();
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .containsPattern("savepoint +file:.*/savepoint-7\\R")
                .containsPattern("commit +5 +epoch 0 +checkpoint 7\\R");
        assertThat(flink.requests())
                .contains("POST /jobs/ID/savepoints {\"formatType\":\"CANONICAL\"}");
        ledgerStandsAt(0, 5, 7);
        assertThat(list())
                .singleElement()
                .asString()
                .containsPattern(" 5 +0 +7 +canonical +as it is ");
        ledgerStandsAt(2, 9, 11);
        assertThat(list())
                .singleElement()
                .asString()
                .containsPattern(" 5 +0 +7 .*--rewind-to 5@2 ");
    }

    @Test
    void asksForTheOtherFormatAnotherDirectoryAndTheEndOfTheJob() throws Exception {
        committed(0, 5, 7);
        take("--stop", "--format", "native", "--directory", "file:/elsewhere");
        assertThat(flink.requests())
                .contains(
                        "POST /jobs/ID/stop {\"targetDirectory\":\"file:/elsewhere\","
                                + "\"formatType\":\"NATIVE\",\"drain\":false}");
        assertThat(list()).singleElement().asString().contains(" native ");
    }

    @Test
    void putsOnRecordWhatItCannotReadForWhateverReason() throws Exception {
        committed(0, 5, 7);
        flink.takesSavepoint("s3:no-path/savepoint-7", 7);
        CommandRun run = take("--stop");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(list()).singleElement().asString().contains("savepoint-7");
    }

    @Test
    void doesNotTakeAnEarlierCommitOfTheSameCheckpointNumberForItsOwn() throws Exception {
        committed(0, 2, 7);
        CommandRun run = take("--timeout", "1");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).containsPattern("commit +not yet +checkpoint 7\\R");
        assertThat(list()).singleElement().asString().containsPattern(" - +- +7 .*as it is ");
        ledgerStandsAt(0, 9, 11);
        assertThat(list()).singleElement().asString().containsPattern(" - +- +7 .*not made ");
        committed(1, 4, 7);
        assertThat(list()).singleElement().asString().containsPattern(" 4 +1 +7 ");
    }

    @Test
    void doesNotTakeAnotherJobsCommitOfTheSameCheckpointNumberForItsOwn() throws Exception {
        take("--timeout", "1");
        execute("update tallyflow.savepoint set token = 77");
        committed(0, 5, 7);
        ledgerStandsAt(0, 5, 7);
        assertThat(list()).singleElement().asString().containsPattern(" - +- +7 .*not made ");
        execute("update tallyflow.ledger_history set token = 77");
        assertThat(list()).singleElement().asString().containsPattern(" 5 +0 +7 .*as it is ");
    }

    @Test
    void showsWhatARewindTookBackAndWhatIsGone() throws Exception {
        committed(0, 5, 7);
        take();
        execute("update tallyflow.ledger_history set abandoned_in_epoch = 1");
        assertThat(list()).singleElement().asString().contains(" taken back ");
        Files.delete(savepoint(7).resolve("_metadata"));
        assertThat(list()).singleElement().asString().contains(" gone ");
    }

    @Test
    void listsTheNewestFirstAndOnlyThoseOfThePipeline() throws Exception {
        committed(0, 5, 7);
        take();
        takes(savepoint(8), 8);
        committed(0, 6, 8);
        take();
        assertThat(list()).hasSize(2).first().asString().contains("savepoint-8");
        assertThat(run("savepoints", "--pipeline", "other").out().lines()).hasSize(1);
    }

    @Test
    void repeatsWhyNoSavepointWasTaken() {
        flink.answers(
                "GET /jobs/ID/savepoints/t",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":{"
                        + "\"stack-trace\":\"org.apache.flink.X: outer\\nCaused by:"
                        + " java.io.IOException: no space left\\n\\tat x.Y(Y.java)\"}}}");
        assertFails(take(), "tallyflow: no savepoint was taken: no space left\n");
    }

    @Test
    void givesUpOnASavepointThatTakesTooLong() {
        flink.answers("GET /jobs/ID/savepoints/t", "{\"status\":{\"id\":\"IN_PROGRESS\"}}");
        assertFails(take("--timeout", "1"), "tallyflow: the savepoint is not complete after 1 s.");
    }

    @Test
    void asksWhichOfSeveralJobs() {
        flink.answers("GET /jobs/overview", overview(JOB, "RUNNING", "other", "RESTARTING"));
        assertFails(take(), "tallyflow: several jobs run there: say which with --job: [");
        flink.answers("GET /jobs/overview", overview(JOB, "FAILED"));
        assertFails(take(), "tallyflow: no job named \"tallyflow metering\" runs there\n");
    }

    @Test
    void refusesToDrain() {
        CommandRun run = take("--stop", "--drain");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("tallyflow: --drain is refused: ");
        assertThat(flink.requests()).isEmpty();
    }

    @Test
    void takesNoneThatCouldNotBePutOnRecord() {
        String other = postgres.shown().replaceAll("/tallyflow$", "/postgres");
        CommandRun run =
                CommandRun.of("savepoint", "--cluster", flink.url(), "--postgres-url", other);
        assertFails(run, "tallyflow: Postgres at " + other + " cannot be asked (");
        assertThat(flink.requests()).isEmpty();
    }

    private void takes(Path path, long checkpoint) throws IOException {
        Files.writeString(Files.createDirectories(path).resolve("_metadata"), "");
        flink.takesSavepoint("file:" + path, checkpoint);
    }

    private static Path savepoint(int number) {
        return directory.resolve("savepoint-" + number);
    }

    private static String overview(String... idsAndStates) {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < idsAndStates.length; i += 2) {
            jobs.add(
                    "{\"jid\":\""
                            + idsAndStates[i]
                            + "\",\"name\":\"tallyflow metering\",\"state\":\""
                            + idsAndStates[i + 1]
                            + "\"}");
        }
        return "{\"jobs\":" + jobs + "}";
    }

    private CommandRun take(String... more) {
        List<String> arguments = new ArrayList<>(List.of("--cluster", flink.url()));
        arguments.addAll(List.of(more));
        return run("savepoint", arguments.toArray(String[]::new));
    }

    private static List<String> list() {
        CommandRun run = run("savepoints");
        assertThat(run.err()).isEmpty();
        return run.out().lines().skip(1).toList();
    }

    private static CommandRun run(String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--postgres-url", postgres.shown()));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static void assertFails(CommandRun run, String message) {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith(message);
    }

    private static void ledgerStandsAt(long epoch, long commit, long checkpoint)
            throws SQLException {
        execute(
                """
                insert into tallyflow.ledger (pipeline, epoch, commit, checkpoint)
                values ('metering', ?, ?, ?)
                on conflict (pipeline) do update set epoch = excluded.epoch,
                    commit = excluded.commit, checkpoint = excluded.checkpoint
                """,
                epoch,
                commit,
                checkpoint);
    }

    private static void committed(long epoch, long commit, long checkpoint) throws SQLException {
        execute(
                """
                insert into tallyflow.ledger_history (pipeline, epoch, commit, checkpoint, token,
                    prev_token, prev_checkpoint, committed_at, offsets, consumed, metered,
                    unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored,
                    reasons)
                values ('metering', ?, ?, ?, 1, 1, 0, now(), '{}', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                    '{}')
                on conflict (pipeline, token, checkpoint) do update set epoch = excluded.epoch,
                    commit = excluded.commit
                """,
                epoch,
                commit,
                checkpoint);
    }

    private static void execute(String sql, long... values) throws SQLException {
        try (Connection connection = postgres.connect()) {
            if (values.length == 0) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(sql);
                }
                return;
            }
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                for (int i = 0; i < values.length; i++) {
                    statement.setLong(i + 1, values[i]);
                }
                statement.execute();
            }
        }
    }
}
