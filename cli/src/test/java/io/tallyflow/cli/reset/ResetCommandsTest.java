package io.tallyflow.cli.reset;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.FakeFlink;
import io.tallyflow.cli.connect.Connections;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.RegisteredMeters;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.Question;
import io.tallyflow.schemas.meter.MeterFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Resets, with savepoints of a cluster that answers as Flink does, on record in a Postgres. */
@Timeout(120)
final class ResetCommandsTest {

    private static final String METERS =
            """
            meters:
              - slug: tokens
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
                windowSize: HOUR
              - slug: calls
                eventType: call
                aggregation: COUNT
            """;

    private static final String TRIGGER = "POST /jobs/ID/savepoints";
    private static final InstantSource NOW =
            InstantSource.fixed(Instant.parse("2026-03-01T10:30:15.123456789Z"));

    @TempDir static Path directory;
    private static PostgresServer.Database database;
    private static PostgresAddress postgres;
    private FakeFlink flink;

    @BeforeAll
    static void startPostgres() throws Exception {
        database = PostgresServer.migrated();
        postgres = new PostgresAddress(database.url(), database.user(), null);
        RegisteredMeters.register(postgres.dataSource(), MeterFile.parse("meters.yaml", METERS));
        execute("create role ann login in role tallyflow_operator");
        execute("create role job login in role tallyflow_writer");
    }

    @AfterAll
    static void stopPostgres() throws SQLException {
        execute("drop owned by ann, job; drop role ann, job");
        database.close();
    }

    @BeforeEach
    void start() throws Exception {
        execute("truncate tallyflow.reset, tallyflow.savepoint");
        flink = new FakeFlink();
        flink.answers(
                "GET /jobs/overview",
                "{\"jobs\":[{\"jid\":\"0123456789abcdef0123456789abcdef\",\"name\":\"tallyflow"
                        + " metering\",\"state\":\"RUNNING\"}]}");
        flink.takesSavepoint("file:/savepoint-7", 7);
    }

    @AfterEach
    void stop() {
        flink.close();
    }

    @Test
    void takesASavepointAndThenRecordsTheReset() throws SQLException {
        flink.does(TRIGGER, () -> assertThat(rows("select id from tallyflow.reset")).isEmpty());
        CommandRun run =
                reset(
                        "tokens",
                        "--id",
                        "r",
                        "--who",
                        "ann",
                        "--reason",
                        "new contract",
                        "--job",
                        "0123456789abcdef0123456789abcdef");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().toList())
                .hasSize(6)
                .startsWith(
                        "reset     r",
                        "savepoint file:/savepoint-7",
                        "meter     tokens",
                        "subject   (all)",
                        "since     2026-03-01T10:00:00Z")
                .last()
                .asString()
                .matches("recorded  20.*Z by ann: new contract");
        assertThat(savepoints()).isEqualTo(1);
        assertThat(
                        rows(
                                """
                                select concat_ws('|', id, meter, coalesce(subject, 'null'),
                                    at at time zone 'UTC', requested at time zone 'UTC', reason,
                                    savepoint, recorded_by, coalesce(undone_by, 'null'))
                                from tallyflow.reset join tallyflow.savepoint on path = savepoint
                                """))
                .containsExactly(
                        "r|tokens|null|2026-03-01 10:00:00|2026-03-01 10:30:15.123456|new contract"
                                + "|file:/savepoint-7|ann|null");
    }

    @Test
    void resetsOneSubjectAtATimeOfThePastAndNamesWhatHasNoName() {
        CommandRun run =
                reset("calls", "--subject", "a", "--at", "2026-03-01T11:30:59.9999999+02:00");
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .containsPattern("reset +[0-9a-f]{8}-[0-9a-f-]{27}\\R")
                .containsPattern("subject +a\\R")
                .containsPattern("since +2026-03-01T09:30:00Z\\R")
                .containsPattern("recorded +20.*Z by " + System.getProperty("user.name") + "\\R");
        flink.takesSavepoint("file:/savepoint-8", 8);
        assertThat(reset("calls", "--at", "2026-02-28").out())
                .containsPattern("since +2026-02-28T00:00:00Z\\R");
    }

    @Test
    void doesNothingWhenItIsRepeatedAndAnswersTheSame() {
        CommandRun first = reset("tokens", "--id", "r", "--subject", "a");
        flink.takesSavepoint("file:/savepoint-8", 8);
        // Later, and so now is another window.
        InstantSource later = InstantSource.fixed(NOW.instant().plusSeconds(86_400));
        CommandRun second = run(later, with("reset", "tokens", "--id", "r", "--subject", "a"));
        assertThat(second).isEqualTo(first);
        assertThat(savepoints()).isEqualTo(1);
        assertThat(rows("select id from tallyflow.reset")).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "calls --subject a --at 2026-03-01T10:00:00Z",
                "tokens --at 2026-03-01T10:00:00Z",
                "tokens --subject b --at 2026-03-01T10:00:00Z",
                "tokens --subject a --at 2026-03-01T09:00:00Z",
                "tokens --subject a --reason another"
            })
    void refusesAnIdThatIsOnRecordForAnotherReset(String another) {
        reset("tokens", "--subject", "a", "--at", "2026-03-01T10:00:00Z", "--id", "r");
        CommandRun run = reset((another + " --id r").split(" "));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .startsWith(
                        "tallyflow: --id r is on record for another reset, of meter tokens and"
                                + " subject a, ");
        assertThat(savepoints()).isEqualTo(1);
        assertThat(reset("tokens", "--subject", "a", "--id", "r").exitCode()).isZero();
    }

    @Test
    void recordsTwoResetsUnderTwoIds() {
        reset("tokens", "--id", "one");
        flink.takesSavepoint("file:/savepoint-8", 8);
        reset("tokens", "--id", "two");
        assertThat(rows("select id || ' ' || savepoint from tallyflow.reset order by id"))
                .containsExactly("one file:/savepoint-7", "two file:/savepoint-8");
    }

    @Test
    void recordsNothingWithoutASavepoint() {
        flink.answers(
                "GET /jobs/ID/savepoints/t",
                "{\"status\":{\"id\":\"COMPLETED\"},\"operation\":{\"failure-cause\":{"
                        + "\"stack-trace\":\"java.io.IOException: no space left\"}}}");
        CommandRun run = reset("tokens", "--id", "r");
        assertFails(run, "tallyflow: no savepoint was taken: no space left\n");
        assertThat(rows("select id from tallyflow.reset")).isEmpty();
        assertThat(rows("select path from tallyflow.savepoint")).isEmpty();
    }

    @Test
    void canBeRepeatedAfterItDiedBetweenTheSavepointAndTheRecord() throws SQLException {
        execute("alter table tallyflow.reset add constraint nothing check (false)");
        CommandRun died = reset("tokens");
        execute("alter table tallyflow.reset drop constraint nothing");
        assertFails(died, "tallyflow: the savepoint was taken, but the reset is not on record;");
        String id = died.out().lines().findFirst().orElseThrow().replaceAll("reset +", "");
        assertThat(died.err()).contains("--id " + id + ": ");
        assertThat(rows("select path from tallyflow.savepoint")).hasSize(1);
        assertThat(rows("select id from tallyflow.reset")).isEmpty();

        flink.takesSavepoint("file:/savepoint-8", 8);
        CommandRun repeated = reset("tokens", "--id", id);
        assertThat(repeated.err()).isEmpty();
        assertThat(rows("select id || ' ' || savepoint from tallyflow.reset"))
                .containsExactly(id + " file:/savepoint-8");
    }

    @Test
    void recordsOneOfTwoThatRunAtOnce() {
        flink.does(TRIGGER, () -> recordMeanwhile("a"));
        CommandRun run = reset("tokens", "--id", "r", "--subject", "a");
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).containsPattern("recorded +.* by somebody else\\R");
        assertThat(rows("select recorded_by from tallyflow.reset"))
                .containsExactly("somebody else");
    }

    @Test
    void saysSoWhenTheOtherOfTwoMeantSomethingElse() {
        flink.does(TRIGGER, () -> recordMeanwhile("b"));
        CommandRun run = reset("tokens", "--id", "r", "--subject", "a");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("tallyflow: --id r is on record for another reset, ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nothing | there is no meter nothing: ",
                "tokens --at 2026-03-01T10:30:15.123457Z | --at 2026-03-01T10:30:15.123457Z is in"
                        + " the future: a reset is of now, 2026-03-01T10:30:15.123456Z, or earlier",
                "tokens --at yesterday | --at yesterday is neither like ",
                "tokens --id= | --id must be a text of 1 to 256 bytes",
                "tokens --subject= | --subject must be a text of 1 to 256 bytes",
                "tokens --who \t | --who must be a text of 1 to 256 bytes",
                "tokens --timeout 0 | --timeout 0 is not a number of seconds",
                " | which meter? Name it, or a reset to take back with --undo ID"
            })
    void refusesWhatMakesNoResetBeforeItTakesASavepoint(String argumentsAndMessage) {
        String[] parts = argumentsAndMessage.split(" \\| |^ \\| ");
        CommandRun run = reset(parts[0].isEmpty() ? new String[0] : parts[0].split(" "));
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("tallyflow: " + parts[1]);
        assertThat(savepoints()).isZero();
        assertThat(rows("select id from tallyflow.reset")).isEmpty();
    }

    @Test
    void undoesOnceAndForAll() {
        reset("tokens", "--id", "r", "--who", "ann");
        CommandRun first = undo("r", "--who", "bob", "--reason", "the wrong month");
        assertThat(first.err()).isEmpty();
        assertThat(first.exitCode()).isZero();
        assertThat(first.out())
                .contains("reset     r\n", "since     2026-03-01T10:00:00Z\n")
                .containsPattern("undone +20.*Z by bob: the wrong month\\R");
        assertThat(undo("r", "--who", "carol", "--reason", "again")).isEqualTo(first);
        assertFails(
                reset("tokens", "--id", "r"),
                "tallyflow: reset r was undone, ",
                " by bob: the wrong month: to reset again give another --id\n");
        assertThat(savepoints()).isEqualTo(1);
        flink.takesSavepoint("file:/savepoint-8", 8);
        assertThat(reset("tokens", "--id", "again").exitCode()).isZero();
    }

    @Test
    void undoesWithoutACluster() {
        reset("tokens", "--id", "r");
        flink.close();
        assertThat(run(NOW, "reset", "--undo", "r").exitCode()).isZero();
    }

    @Test
    void undoesNothingButAResetThatItIsGiven() {
        CommandRun unknown = undo("nothing");
        assertThat(unknown.exitCode()).isEqualTo(2);
        assertThat(unknown.err())
                .isEqualTo(
                        "tallyflow: --undo nothing is no reset on record: tallyflow resets lists"
                                + " them\n");
        for (String more : List.of("tokens", "--subject=a", "--at=2026-01-01", "--id=r")) {
            CommandRun run = undo("r", more);
            assertThat(run.exitCode()).as(more).isEqualTo(2);
            assertThat(run.err()).contains("--undo takes a reset by its id alone");
        }
    }

    @Test
    void listsTheLastRecordedFirst() {
        reset("tokens", "--id", "one", "--who", "ann", "--reason", "\u001b[31m");
        flink.takesSavepoint("file:/savepoint-8", 8);
        reset("calls", "--id", "two", "--who", "ann", "--subject", "a");
        undo("one", "--who", "bob");
        List<String> lines = run(NOW, "resets").out().lines().toList();
        assertThat(lines.get(0).split(" +"))
                .containsExactly(
                        "meter", "subject", "since", "recorded", "undone", "id", "savepoint");
        assertThat(lines.get(1))
                .matches(
                        "calls +a +2026-03-01T10:30:00Z +20\\S+Z by ann +- +two"
                                + " +file:/savepoint-8");
        assertThat(lines.get(2))
                .matches(
                        "tokens +\\(all\\) +2026-03-01T10:00:00Z +20\\S+Z by ann: \\\\u001b\\[31m"
                                + " +20\\S+Z by bob +one +file:/savepoint-7");
        assertThat(run(NOW, "resets", "calls").out().lines()).hasSize(2);
        assertThat(run(NOW, "resets", "nothing").out().lines()).hasSize(1);
    }

    @Test
    void findsTheClusterOfRunningServers() throws Exception {
        Path data = Files.createDirectories(directory.resolve("data"));
        try (AutoCloseable told =
                new Connections(postgres, null, flink.url(), null).publish(data)) {
            CommandRun run = CommandRun.at(NOW, "reset", "tokens", "--data-dir", data.toString());
            assertThat(run.err()).isEmpty();
            assertThat(savepoints()).isEqualTo(1);
        }
        assertThat(run(NOW, "reset", "tokens").err())
                .startsWith("tallyflow: on which cluster does the job run? Name it with --cluster");
    }

    @Test
    void isForOperatorsAndNotForTheJob() {
        String operator = postgres.shown().replace(database.user() + "@", "ann@");
        String job = postgres.shown().replace(database.user() + "@", "job@");
        assertThat(resetAs(operator, "tokens", "--id", "r").err()).isEmpty();
        assertThat(CommandRun.of("reset", "--undo", "r", "--postgres-url", operator).err())
                .isEmpty();
        assertThat(CommandRun.of("resets", "--postgres-url", operator).out().lines()).hasSize(2);
        assertFails(
                resetAs(job, "tokens"),
                "tallyflow: Postgres at " + job + " cannot be asked (",
                "tallyflow_operator");
        assertThat(savepoints()).isEqualTo(1);
    }

    /** As another process does between this one's look and its record. */
    private static void recordMeanwhile(String subject) {
        try {
            execute(
                    """
                    insert into tallyflow.savepoint (path, pipeline, checkpoint, after_epoch,
                        after_commit, job, format, stopped, taken_by)
                    values ('file:/other', 'metering', 6, 0, 0, 'j', 'NATIVE', false, 'x');
                    insert into tallyflow.reset (id, meter, subject, requested, savepoint,
                        recorded_by)
                    values ('r', 'tokens', '%s', '2026-03-01Z', 'file:/other', 'somebody else')
                    """
                            .formatted(subject));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private long savepoints() {
        return flink.requests().stream()
                .filter(request -> request.startsWith(TRIGGER + " "))
                .count();
    }

    private CommandRun reset(String... more) {
        return resetAs(postgres.shown(), more);
    }

    private CommandRun resetAs(String address, String... more) {
        List<String> arguments = new ArrayList<>(List.of("reset", "--postgres-url", address));
        arguments.addAll(List.of("--cluster", flink.url()));
        arguments.addAll(List.of(more));
        return CommandRun.at(NOW, arguments.toArray(String[]::new));
    }

    private String[] with(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--cluster", flink.url()));
        return all.toArray(String[]::new);
    }

    private static CommandRun undo(String id, String... more) {
        List<String> arguments = new ArrayList<>(List.of("reset", "--undo", id));
        arguments.addAll(List.of(more));
        return run(NOW, arguments.toArray(String[]::new));
    }

    private static CommandRun run(InstantSource clock, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--postgres-url", postgres.shown()));
        return CommandRun.at(clock, all.toArray(String[]::new));
    }

    private static void assertFails(CommandRun run, String start, String... parts) {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith(start);
        assertThat(List.of(parts)).allSatisfy(part -> assertThat(run.err()).contains(part));
    }

    private static List<String> rows(String sql) {
        try (Connection connection = postgres.connect()) {
            return new Question<>(sql, row -> row.getString(1)).all(connection);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = postgres.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
