package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.connectors.iceberg.table.LakeConnection;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import io.tallyflow.jobs.schema.PrepareSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.kubernetes.utils.Constants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The container's entry point, run outside of one: programs are replaced by one that tells. */
final class EntryPointTest {

    private static final String PASSWORD = MeteringOptionsReader.PASSWORD_VARIABLE;

    /** Prints what it was called with, and of the environment what the job reads. */
    private static final String TELL =
            """
            #!/bin/sh
            for argument in "$@"; do echo "argument $argument"; done
            env | grep -E '^(TALLYFLOW|AWS)_' | sort
            """;

    @TempDir Path flink;

    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void pretendToBeAnImage() throws IOException {
        environment.put("FLINK_HOME", flink.toString());
        environment.put("FLINK_ENTRYPOINT", program("docker-entrypoint.sh").toString());
        environment.put("JAVA_HOME", program("bin/java").getParent().getParent().toString());
        Files.createDirectories(flink.resolve("usrlib"));
        Files.createFile(flink.resolve("usrlib/tallyflow-job.jar"));
    }

    private Path program(String name) throws IOException {
        Path file = flink.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, TELL);
        assertThat(file.toFile().setExecutable(true)).isTrue();
        return file;
    }

    @Test
    void theJobManagerRunsTheJobWithItsOptions() throws Exception {
        environment.put(PASSWORD, "secret");
        ScriptRun run = run("jobmanager", "--kafka.bootstrap", "kafka:9092");
        assertThat(run.exitCode()).isZero();
        assertThat(run.output().lines())
                .containsExactly(
                        "argument standalone-job",
                        "argument --job-classname",
                        "argument " + MeteringJob.class.getName(),
                        "argument --kafka.bootstrap",
                        "argument kafka:9092",
                        PASSWORD + "=secret");
    }

    @Test
    void theJobManagerStartsFromASavepoint() throws Exception {
        environment.put(PASSWORD, "secret");
        environment.put("TALLYFLOW_FROM_SAVEPOINT", "s3://bucket/savepoint 1");
        assertThat(run("jobmanager").output())
                .contains("argument --fromSavepoint\nargument s3://bucket/savepoint 1\n");
    }

    @Test
    void theTaskManagerNeedsNoPassword() throws Exception {
        ScriptRun run = run("taskmanager");
        assertThat(run.exitCode()).isZero();
        assertThat(run.output().lines()).containsExactly("argument taskmanager");
    }

    @Test
    void theSchemaProgramIsOfTheJobJar() throws Exception {
        environment.put(PASSWORD, "secret");
        ScriptRun run = run("schema", "--postgres.url", "jdbc:postgresql://db/tallyflow");
        assertThat(run.exitCode()).isZero();
        assertThat(run.output().lines())
                .contains(
                        "argument " + PrepareSchema.class.getName(),
                        "argument --postgres.url",
                        "argument "
                                + flink.resolve("usrlib/tallyflow-job.jar")
                                + ":"
                                + flink.resolve("lib/*"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                Constants.KUBERNETES_JOB_MANAGER_SCRIPT_PATH + " kubernetes-application ",
                Constants.KUBERNETES_TASK_MANAGER_SCRIPT_PATH + " -Djobmanager.rpc.address=x"
            })
    void whatTheOperatorStartsIsPassedOn(String command) throws Exception {
        ScriptRun run = run("bash", "-c", command);
        assertThat(run.exitCode()).isZero();
        assertThat(run.output().lines())
                .containsExactly("argument bash", "argument -c", "argument " + command);
    }

    @Test
    void secretsAreTakenFromFilesWithoutTheLineEnd() throws Exception {
        for (String name :
                List.of(PASSWORD, LakeConnection.PASSWORD_VARIABLE, "AWS_ACCESS_KEY_ID")) {
            environment.put(
                    name + "_FILE",
                    Files.writeString(flink.resolve(name), "of " + name + "\n").toString());
        }
        assertThat(run("jobmanager").output().lines().filter(line -> line.contains("=")))
                .containsExactly(
                        "AWS_ACCESS_KEY_ID=of AWS_ACCESS_KEY_ID",
                        LakeConnection.PASSWORD_VARIABLE + "=of TALLYFLOW_LAKE_PASSWORD",
                        PASSWORD + "=of TALLYFLOW_POSTGRES_PASSWORD");
    }

    @ParameterizedTest
    @ValueSource(strings = {"jobmanager", "schema"})
    void aMissingPasswordIsRefused(String command) throws Exception {
        refused(run(command), 1, PASSWORD + " is missing", PASSWORD + "_FILE");
    }

    @Test
    void anEmptyPasswordSaysThatNoneIsNeeded() throws Exception {
        environment.put(PASSWORD, "");
        assertThat(run("jobmanager").exitCode()).isZero();
    }

    @Test
    void aSecretsFileThatIsNotThereIsRefused() throws Exception {
        environment.put(PASSWORD + "_FILE", flink.resolve("none").toString());
        refused(run("jobmanager"), 1, PASSWORD + "_FILE names ", "cannot be read");
    }

    @Test
    void anEmptySecretsFileIsRefused() throws Exception {
        environment.put(PASSWORD + "_FILE", Files.createFile(flink.resolve("empty")).toString());
        refused(run("jobmanager"), 1, "which is empty");
    }

    @Test
    void aSecretThatIsGivenTwiceIsRefusedWithoutSayingIt() throws Exception {
        environment.put(PASSWORD, "hush");
        environment.put(
                PASSWORD + "_FILE", Files.writeString(flink.resolve("other"), "hush").toString());
        ScriptRun run = run("jobmanager");
        refused(run, 2, "are both set");
        assertThat(run.errors()).doesNotContain("hush");
    }

    @Test
    void anImageWithoutTheJobJarIsRefused() throws Exception {
        environment.put(PASSWORD, "secret");
        Files.delete(flink.resolve("usrlib/tallyflow-job.jar"));
        refused(run("jobmanager"), 1, "tallyflow-job.jar is missing", "deploy/container/build");
    }

    @Test
    void anUnknownCommandIsRefused() throws Exception {
        refused(run("job-manager"), 2, "there is no command job-manager");
    }

    @Test
    void bashIsNotForAnythingElse() throws Exception {
        refused(run("bash", "-c", "env"), 2, "bash is only for");
    }

    @Test
    void withoutACommandItSaysWhatThereIs() throws Exception {
        refused(run(), 2, "Usage: ");
    }

    @Test
    void helpNamesEveryCommandAndSecret() throws Exception {
        ScriptRun run = run("help");
        assertThat(run.exitCode()).isZero();
        assertThat(run.output())
                .contains("jobmanager", "taskmanager", "schema", PASSWORD, "AWS_ACCESS_KEY_ID");
    }

    private ScriptRun run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("deploy/container/entrypoint"));
        command.addAll(List.of(arguments));
        return ScriptRun.of(command, environment);
    }

    private static void refused(ScriptRun run, int exitCode, String... messages) {
        assertThat(run.exitCode()).isEqualTo(exitCode);
        assertThat(run.output()).isEmpty();
        assertThat(run.errors()).contains(messages);
    }
}
