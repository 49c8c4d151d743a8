package io.tallyflow.cli.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.cli.CommandRun;
import io.tallyflow.cli.FakeFlink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Commands against a server that answers as Flink does. */
@Timeout(60)
final class ClusterCommandsTest {

    private static final String METERS =
            """
            meters:
              - slug: calls
                eventType: call
                aggregation: COUNT
            """;

    @TempDir Path directory;
    private FakeFlink flink;
    private Path meters;
    private Path jar;

    @BeforeEach
    void start() throws IOException {
        meters = Files.writeString(directory.resolve("meters.yaml"), METERS);
        jar = Files.writeString(directory.resolve("job.jar"), "a jar");
        flink = new FakeFlink();
        flink.answers("GET /jars", "{\"files\":[]}");
        flink.answers(
                "POST /jars/upload", "{\"filename\":\"/up/1_job.jar\",\"status\":\"success\"}");
        flink.answers("POST /jars/1_job.jar/run", "{\"jobid\":\"x\"}");
        jobIs("RUNNING", 2, 2);
    }

    @AfterEach
    void stop() {
        flink.close();
    }

    @Test
    void submitsAJarThatTheClusterDoesNotHave() {
        CommandRun run = submit("--parallelism", "3");
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .containsPattern("jar +tallyflow-job-[0-9a-f]{16}\\.jar +uploaded\\R")
                .containsPattern("job +[0-9a-f]{32}\\R")
                .containsPattern("running +after [0-9]+\\.[0-9] s\\R");
        assertThat(flink.requests().get(1))
                .startsWith("POST /jars/upload ")
                .containsPattern("name=\"jarfile\"; filename=\"tallyflow-job-[0-9a-f]{16}\\.jar\"")
                .contains("\r\n\r\na jar\r\n");
        assertThat(flink.requests().get(2))
                .startsWith("POST /jars/1_job.jar/run ")
                .contains("\"parallelism\":3", "\"--kafka.bootstrap\",\"k:1\"", meters.toString())
                .doesNotContain("savepointPath");
    }

    @Test
    void doesNotSendAJarThatTheClusterHas() {
        submit();
        String name = flink.requests().get(1).replaceFirst("(?s).*filename=\"([^\"]+)\".*", "$1");
        flink.answers(
                "GET /jars", "{\"files\":[{\"id\":\"1_job.jar\",\"name\":\"" + name + "\"}]}");
        flink.requests().clear();
        assertThat(submit().out()).contains("was there");
        assertThat(flink.requests()).noneMatch(request -> request.startsWith("POST /jars/upload"));
    }

    @Test
    void startsFromASavepointWithoutClaimingIt() {
        CommandRun run = run("start", List.of("--from", "file:/savepoints/1"));
        assertThat(run.exitCode()).isZero();
        assertThat(flink.requests().get(2))
                .contains(
                        "\"savepointPath\":\"file:/savepoints/1\"",
                        "\"claimMode\":\"NO_CLAIM\"",
                        "\"allowNonRestoredState\":false");
    }

    @Test
    void repeatsWhatTheJobSaysOfASubmission() {
        flink.fails(
                "POST /jars/1_job.jar/run",
                "{\"errors\":[\"Internal server error.\",\"<Exception on server side:\\n"
                        + "org.apache.flink.client.program.ProgramInvocationException: The"
                        + " main method caused an error\\n\\tat x.Y.z(Y.java:1)\\nCaused by:"
                        + " java.lang.IllegalStateException: topic usage.events does not"
                        + " exist\\n\\t... 9 more\\n\\nEnd of exception on server side>\"]}");
        assertFails(submit(), "tallyflow: topic usage.events does not exist");
    }

    /** To submit it again would be to run it twice. */
    @Test
    void looksTheJobUpWhoseStartWasNotAnswered() {
        flink.losesTheAnswerTo("POST /jars/1_job.jar/run");
        CommandRun run = submit();
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(flink.requests()).filteredOn(request -> request.contains("/run ")).hasSize(1);
    }

    @Test
    void failsIfTheStartWasNotAnsweredAndTheJobIsNotThere() {
        flink.losesTheAnswerTo("POST /jars/1_job.jar/run");
        flink.answers("GET /jobs/overview", "{\"jobs\":[]}");
        assertFails(submit(), "tallyflow: no Flink cluster answers at " + flink.url());
    }

    @Test
    void saysWhyAJobFailedThatHadBeenStarted() {
        jobIs("FAILED", 2, 0);
        flink.answers(
                "GET /jobs/ID/exceptions",
                "{\"exceptionHistory\":{\"entries\":[{\"stacktrace\":\"java.lang.Exception: outer\\n"
                        + "Caused by: io.tallyflow.SinkRefusedException: LEDGER_IN_USE: start from"
                        + " the newest checkpoint\"}]}}");
        assertThat(submit().err())
                .matches(
                        "tallyflow: job [0-9a-f]{32} is FAILED: LEDGER_IN_USE: start from the"
                                + " newest checkpoint\n");
    }

    @Test
    void givesUpOnAJobThatDoesNotGetToRun() {
        jobIs("RUNNING", 2, 1);
        flink.answers("GET /jobs/ID/exceptions", "{\"exceptionHistory\":{\"entries\":[]}}");
        assertThat(submit("--timeout", "1").err())
                .contains("does not run after 1 s: perhaps the cluster has too few free slots");
    }

    @Test
    void findsEverythingWrongWithTheJobsOptionsBeforeItAsksTheCluster() {
        CommandRun run =
                CommandRun.of(
                        "submit",
                        "--cluster",
                        flink.url(),
                        "--kafka.botstrap",
                        "k:1",
                        "--meters",
                        "nowhere.yaml");
        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err())
                .contains("--kafka.botstrap is not known; perhaps --kafka.bootstrap is meant")
                .contains("--postgres.url is missing");
        assertThat(flink.requests()).isEmpty();
    }

    @Test
    void refusesMetersThatCannotBeRead() {
        assertThat(
                        CommandRun.of(
                                        "submit",
                                        "--cluster",
                                        flink.url(),
                                        "--kafka.bootstrap",
                                        "k:1",
                                        "--postgres.url",
                                        "jdbc:postgresql://h/d",
                                        "--meters",
                                        "nowhere.yaml")
                                .err())
                .endsWith("cli/nowhere.yaml is not a file that can be read\n");
    }

    @Test
    void saysWhatIsMissingOrImpossible() {
        assertThat(CommandRun.of("submit").err()).contains("--cluster=URL");
        assertThat(CommandRun.of("start", "--cluster", flink.url()).err()).contains("--from=PATH");
        assertThat(submit("--parallelism", "0").err())
                .isEqualTo("tallyflow: --parallelism 0 is not a number from 1\n");
        assertThat(submit("--timeout", "0").err())
                .isEqualTo("tallyflow: --timeout 0 is not a number of seconds\n");
        assertThat(CommandRun.of("submit", "--cluster", "127.0.0.1:8081").exitCode()).isEqualTo(2);
        assertThat(flink.requests()).isEmpty();
    }

    @Test
    void saysThatTheJarIsNotThere() {
        jar = directory.resolve("none.jar");
        assertFails(submit(), "tallyflow: the job jar " + jar + " cannot be read: build it with");
    }

    @Test
    void saysThatTheJobIsNotThereAnyMore() {
        flink.answers("GET /jobs/overview", "{\"jobs\":[]}");
        assertThat(submit().err()).startsWith("tallyflow: the cluster knows no job ");
    }

    @Test
    void saysThatNoClusterAnswers() {
        flink.close();
        assertFails(submit(), "tallyflow: no Flink cluster answers at " + flink.url());
    }

    @Test
    void saysThatAnotherServerAnswers() {
        flink.answers("GET /jars", "<html>");
        assertFails(submit(), "tallyflow: " + flink.url() + "/ answers, but not as Flink does");
    }

    @Test
    void saysThatTheClusterTakesNoJobs() {
        flink.knowsNot("POST /jars/upload");
        assertThat(submit().err()).contains("web.submit.enable");
    }

    private void jobIs(String state, int tasks, int running) {
        flink.answers(
                "GET /jobs/overview",
                "{\"jobs\":[{\"jid\":\"STARTED\",\"state\":\""
                        + state
                        + "\",\"tasks\":{\"total\":"
                        + tasks
                        + ",\"running\":"
                        + running
                        + "}}]}");
    }

    private static void assertFails(CommandRun run, String message) {
        assertThat(run.exitCode()).isEqualTo(1);
        assertThat(run.err()).startsWith(message);
    }

    private CommandRun submit(String... more) {
        return run("submit", List.of(more));
    }

    private CommandRun run(String command, List<String> more) {
        List<String> arguments = new ArrayList<>(List.of(command, "--cluster", flink.url()));
        arguments.addAll(List.of("--jar", jar.toString()));
        arguments.addAll(more);
        arguments.addAll(List.of("--kafka.bootstrap", "k:1", "--meters", meters.toString()));
        arguments.addAll(List.of("--postgres.url", "jdbc:postgresql://h/d"));
        return CommandRun.of(arguments.toArray(String[]::new));
    }
}
