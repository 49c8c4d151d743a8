package io.tallyflow.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.FakeFlink;
import io.tallyflow.connectors.postgres.schema.Migrations;
import io.tallyflow.local.embedded.EmbeddedKafka;
import io.tallyflow.local.embedded.EmbeddedPostgres;
import io.tallyflow.local.embedded.Topics;
import io.tallyflow.results.PostgresAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rewinds of a cluster that answers as Flink does; its Kafka and Postgres are real. */
@Timeout(120)
final class RewindCommandTest {

    private static final String JOB = "0123456789abcdef0123456789abcdef";
    private static final String METERS =
            """
            meters:
              - slug: calls
                eventType: call
                aggregation: COUNT
            """;

    @TempDir static Path directory;
    private static EmbeddedKafka kafka;
    private static EmbeddedPostgres server;
    private static PostgresAddress postgres;
    private static Path meters;
    private static Path jar;
    private static Path savepoint;
    private FakeFlink flink;

    @BeforeAll
    static void startServers() throws Exception {
        kafka = EmbeddedKafka.start(directory.resolve("kafka"), 0);
        server = EmbeddedPostgres.start(EmbeddedPostgres.ServerFiles.below(directory), 0);
        postgres = new PostgresAddress(server.jdbcUrl(), server.user(), null);
        Migrations.apply(postgres.dataSource());
        meters = Files.writeString(directory.resolve("meters.yaml"), METERS);
        jar = Files.writeString(directory.resolve("job.jar"), "a jar");
        savepoint = Files.createDirectories(directory.resolve("savepoint-7"));
    }

    @AfterAll
    static void stopServers() {
        server.close();
        kafka.close();
    }

    @BeforeEach
    void start() throws Exception {
        Files.writeString(savepoint.resolve("_metadata"), "");
        execute(
                "truncate tallyflow.reset, tallyflow.savepoint, tallyflow.ledger,"
                        + " tallyflow.ledger_history");
        flink = new FakeFlink();
        flink.answers("GET /jars", "{\"files\":[{\"id\":\"1_job.jar\",\"name\":\"x\"}]}");
        flink.answers(
                "POST /jars/upload", "{\"filename\":\"/up/1_job.jar\",\"status\":\"success\"}");
        flink.answers("PATCH /jobs/ID", "{}");
        flink.answers("POST /jars/1_job.jar/run", "{\"jobid\":\"x\"}");
        jobsAre(job(JOB, "RUNNING"));
        jobSays("pipeline", "metering");
        flink.does("PATCH /jobs/ID", () -> jobsAre(job(JOB, "CANCELED")));
        flink.does("POST /jars/1_job.jar/run", this::startedJobCommits);
        record(savepoint, 7);
        commit(1, 5, 7, 100, 40);
        commit(1, 6, 8, 250, 90);
        ledgerStandsAt(1, 9, 11, 1, 400);
    }

    @AfterEach
    void stop() {
        flink.close();
    }

    private void startedJobCommits() {
        jobsAre(job(JOB, "CANCELED"), job("STARTED", "RUNNING"));
        ledgerStandsAt(2, 6, 12, 77, 120);
    }

    @Test
    void endsTheJobAndStartsItFromTheSavepointWithItsTarget() {
        CommandRun run = rewind();
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out().lines().map(line -> line.replaceAll("[0-9a-f]{16,32}", "ID")))
                .element(0)
                .asString()
                .matches("back to +5  epoch 1  checkpoint 7  made 2026-11-01T00:00:00Z");
        assertThat(run.out())
                .containsPattern("taken +4 commits up to 9, 300 records to be read again\\R")
                .containsPattern("canceled +" + JOB + "\\R")
                .containsPattern("commit +6  epoch 2\\R")
                .doesNotContain("lake");
        assertThat(flink.requests())
                .filteredOn(request -> !request.startsWith("GET "))
                .hasSize(3)
                .last()
                .asString()
                .contains(
                        "\"--rewind-to\",\"5@1\"",
                        "\"savepointPath\":\"file:" + savepoint + "\"",
                        "\"claimMode\":\"NO_CLAIM\"");
    }

    @Test
    void startsTheJobThatDoesNotRun() {
        jobsAre(job(JOB, "FAILED"));
        CommandRun run = rewind();
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).doesNotContain("canceled");
        assertThat(flink.requests()).noneMatch(request -> request.startsWith("PATCH"));
    }

    @Test
    void onlySaysWhatItWouldDo() {
        CommandRun run = rewind("--dry-run");
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).contains("300 records to be read again");
        assertNothingChanged();
    }

    @Test
    void goesOnFromASavepointBeyondWhichNothingWasCommitted() {
        ledgerStandsAt(1, 5, 7, 1, 100);
        CommandRun run = rewind();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).containsPattern("taken +nothing so far\\R");
    }

    @Test
    void refusesASavepointThatIsNotOnRecord() {
        CommandRun run = to("file:/elsewhere");
        assertFails(run, "tallyflow: no savepoint at file:/elsewhere is on record for pipeline");
        assertNothingChanged();
    }

    @Test
    void refusesASavepointThatIsGone() throws Exception {
        Files.delete(savepoint.resolve("_metadata"));
        assertFails(rewind(), "tallyflow: the files of savepoint file:" + savepoint + " are gone");
        assertNothingChanged();
    }

    /**
     * The cluster may know what this machine does not: a start from it fails there or goes well.
     */
    @ParameterizedTest
    @ValueSource(strings = {"s3://bucket/savepoint-7", "hdfs://names:1/savepoint-7"})
    void saysThatItDoesNotLookForFilesWhereItCannot(String path) {
        execute("update tallyflow.savepoint set path = ?", path);
        CommandRun run = to(path);
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .containsPattern("files +not looked for, .*FLINK_PLUGINS_DIR.*\\R")
                .containsPattern("commit +6  epoch 2\\R");
    }

    @Test
    void saysNothingOfFilesThatAreThere() {
        assertThat(rewind("--dry-run").out()).doesNotContain("files");
    }

    @Test
    void refusesASavepointThatARewindHasTakenBack() {
        execute("update tallyflow.ledger_history set abandoned_in_epoch = 2");
        assertFails(
                rewind(), "tallyflow: savepoint file:" + savepoint + " stands for a commit that");
        assertNothingChanged();
    }

    @Test
    void refusesASavepointWhoseCommitIsNotMade() {
        execute("delete from tallyflow.ledger_history where checkpoint = 7");
        assertFails(rewind(), "tallyflow: the commit of savepoint file:" + savepoint + " is not");
        assertNothingChanged();
    }

    @Test
    void refusesWhatKafkaCannotGiveAgain() throws Exception {
        execute("update tallyflow.ledger_history set offsets = '{\"3\": 40}'");
        TopicPartition fourth = new TopicPartition(Topics.EVENTS, 3);
        Properties settings = new Properties();
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        try (var producer =
                        new KafkaProducer<>(
                                settings, new ByteArraySerializer(), new ByteArraySerializer());
                Admin admin = Admin.create(settings)) {
            for (int i = 0; i < 50; i++) {
                producer.send(new ProducerRecord<>(Topics.EVENTS, 3, null, new byte[1])).get();
            }
            admin.deleteRecords(Map.of(fourth, RecordsToDelete.beforeOffset(40))).all().get();
            assertThat(rewind("--dry-run").exitCode()).isZero();
            admin.deleteRecords(Map.of(fourth, RecordsToDelete.beforeOffset(41))).all().get();
        }
        CommandRun run = rewind();
        assertFails(run, "tallyflow: Kafka cannot give again what a rewind would take back: in");
        assertThat(run.err()).contains("partition 3 begins at 41 instead of 40.");
        execute("update tallyflow.ledger_history set offsets = '{\"3\": 60, \"99\": 1}'");
        assertThat(rewind().err()).contains("partition 99 is not there.");
        assertNothingChanged();
    }

    @Test
    void changesNothingIfKafkaOrTheLakeCannotBeAsked() {
        CommandRun run = rewind("--kafka.events-topic", "other");
        assertFails(run, "tallyflow: it is not known whether Kafka can give again");
        assertThat(run.err()).contains(" has no topic other. ");
        run =
                rewind(
                        "--lake.catalog",
                        "jdbc",
                        "--lake.uri",
                        "jdbc:postgresql://127.0.0.1:1/lake",
                        "--lake.warehouse",
                        directory.toUri().toString());
        assertFails(run, "tallyflow: the lake cannot be asked: ");
        assertNothingChanged();
    }

    @Test
    void findsTheTargetItself() {
        CommandRun run = rewind("--rewind-to", "1@0");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err()).startsWith("tallyflow: --rewind-to is what this command finds out");
        assertThat(flink.requests()).isEmpty();
    }

    @Test
    void asksWhichOfSeveralJobsIsToEnd() {
        jobsAre(job(JOB, "RUNNING"), job(JOB.replace('0', '9'), "RUNNING"));
        assertFails(rewind(), "tallyflow: several jobs run there: say which with --job: [");
        assertNothingChanged();
    }

    @Test
    void leavesAJobAloneThatWritesElsewhere() {
        jobSays("postgres.url", "jdbc:postgresql://elsewhere/tallyflow");
        CommandRun run = rewind();
        assertFails(
                run,
                "tallyflow: job "
                        + JOB
                        + " runs with --postgres.url jdbc:postgresql://elsewhere/tallyflow and not");
        assertNothingChanged();
        jobSays("pipeline", "other");
        assertFails(rewind(), "tallyflow: job " + JOB + " runs with --pipeline other and not");
        assertNothingChanged();
        assertThat(rewind("--job", JOB).exitCode()).isZero();
    }

    @Test
    void saysWhyTheJobFailedBeforeItsFirstCommit() {
        flink.does(
                "POST /jars/1_job.jar/run",
                () -> jobsAre(job(JOB, "CANCELED"), job("STARTED", "FAILED")));
        flink.answers(
                "GET /jobs/ID/exceptions",
                "{\"exceptionHistory\":{\"entries\":[{\"stacktrace\":\"x.Y: no space left\"}]}}");
        CommandRun run = rewind();
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err())
                .startsWith(
                        "tallyflow: no job runs, and nothing was taken back; repeat the command")
                .contains(" is FAILED: no space left");
    }

    @Test
    void mayBeRepeatedAfterAStartThatTheClusterRefused() {
        flink.fails("POST /jars/1_job.jar/run", "{\"errors\":[\"no room\"]}");
        flink.does("POST /jars/1_job.jar/run", () -> {});
        assertFails(rewind(), "tallyflow: no job runs, and nothing was taken back; repeat the");
        flink.answers("POST /jars/1_job.jar/run", "{\"jobid\":\"x\"}");
        flink.does("POST /jars/1_job.jar/run", this::startedJobCommits);
        CommandRun run = rewind();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out()).doesNotContain("canceled").containsPattern("commit +6  epoch 2");
    }

    @Test
    void saysThatNothingIsTakenBackYetIfTheJobMakesNoCommit() {
        flink.does(
                "POST /jars/1_job.jar/run",
                () -> jobsAre(job(JOB, "CANCELED"), job("STARTED", "RUNNING")));
        flink.answers("GET /jobs/ID/exceptions", "{}");
        CommandRun run = rewind("--timeout", "1");
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).contains("has made no commit after 1 s: nothing is taken back until");
    }

    private void assertNothingChanged() {
        assertThat(flink.requests()).allMatch(request -> request.startsWith("GET "));
    }

    private static void assertFails(CommandRun run, String message) {
        assertThat(run.err()).startsWith(message);
        assertThat(run.exitCode()).isEqualTo(1);
    }

    private CommandRun rewind(String... more) {
        return to("file:" + savepoint, more);
    }

    private CommandRun to(String path, String... more) {
        List<String> arguments = new ArrayList<>(List.of("rewind", "--cluster", flink.url()));
        arguments.addAll(List.of("--to", path, "--jar", jar.toString()));
        arguments.addAll(List.of("--kafka.bootstrap", kafka.bootstrapServers()));
        arguments.addAll(List.of("--postgres.url", server.jdbcUrl()));
        arguments.addAll(List.of("--postgres.user", server.user()));
        arguments.addAll(List.of("--meters", meters.toString()));
        arguments.addAll(List.of(more));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private void jobSays(String option, String value) {
        flink.answers(
                "GET /jobs/ID/config",
                "{\"execution-config\":{\"user-config\":{\"" + option + "\":\"" + value + "\"}}}");
    }

    private void jobsAre(String... jobs) {
        flink.answers("GET /jobs/overview", "{\"jobs\":" + List.of(jobs) + "}");
    }

    private static String job(String id, String state) {
        return "{\"jid\":\""
                + id
                + "\",\"name\":\"tallyflow metering\",\"state\":\""
                + state
                + "\",\"tasks\":{\"total\":1,\"running\":1}}";
    }

    private static void record(Path path, long checkpoint) {
        execute(
                """
                insert into tallyflow.savepoint (path, pipeline, checkpoint, after_epoch,
                    after_commit, job, format, stopped, taken_by)
                values (?, 'metering', ?, 1, 4, 'x', 'CANONICAL', false, 'test')
                """,
                "file:" + path,
                checkpoint);
    }

    private static void commit(
            long epoch, long commit, long checkpoint, long consumed, long offset) {
        execute(
                """
                insert into tallyflow.ledger_history (pipeline, epoch, commit, checkpoint, token,
                    prev_token, prev_checkpoint, committed_at, offsets, consumed, metered,
                    unmatched, duplicate, conflict, stale, rejected, readings, adjusted, ignored,
                    reasons)
                values ('metering', ?, ?, ?, 1, 1, 0, '2026-11-01 00:00Z',
                    jsonb_build_object('2', ?::bigint), ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, '{}')
                """,
                epoch,
                commit,
                checkpoint,
                offset,
                consumed,
                consumed);
    }

    private static void ledgerStandsAt(
            long epoch, long commit, long checkpoint, long token, long consumed) {
        execute(
                """
                insert into tallyflow.ledger (pipeline, epoch, commit, checkpoint, token, consumed,
                    metered)
                values ('metering', ?, ?, ?, ?, ?, ?)
                on conflict (pipeline) do update set epoch = excluded.epoch,
                    commit = excluded.commit, checkpoint = excluded.checkpoint,
                    token = excluded.token, consumed = excluded.consumed,
                    metered = excluded.metered
                """,
                epoch,
                commit,
                checkpoint,
                token,
                consumed,
                consumed);
    }

    private static void execute(String sql, Object... values) {
        try (Connection connection = postgres.connect();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
