package io.tallyflow.integration.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.integration.run.Finished;
import io.tallyflow.jobs.metering.MeteringJob;
import io.tallyflow.local.embedded.Ports;
import io.tallyflow.operations.cluster.Deadline;
import io.tallyflow.operations.cluster.FlinkCluster;
import io.tallyflow.operations.cluster.JobView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A cluster that {@code deploy/standalone/cluster} runs, and the commands that are given to it. */
final class StandaloneCluster implements AutoCloseable {

    static final Path HOME = Path.of("..").toAbsolutePath().normalize();
    static final Path JOB_JAR = HOME.resolve("jobs/target/tallyflow-job.jar");

    private static final Path SCRIPT = HOME.resolve("deploy/standalone/cluster");
    private static final Pattern PATH = Pattern.compile("savepoint +((?:file|s3):\\S+)");

    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String OPENS = "env.java.opts.all: ";

    private final Path directory;
    private final Map<String, String> environment;
    private final List<Integer> ports = Ports.free(5);

    StandaloneCluster(Path directory) {
        this(directory, Map.of());
    }

    /**
     * Of processes, and with commands, that have more in their environment than this process has.
     */
    StandaloneCluster(Path directory, Map<String, String> environment) {
        this.directory = directory;
        this.environment = environment;
    }

    /** Starts what does not run. */
    void start(String... options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("--rest-port", Integer.toString(ports.get(0))));
        all.addAll(List.of("--rpc-port", Integer.toString(ports.get(2))));
        all.addAll(List.of("--zookeeper-port", Integer.toString(ports.get(4))));
        // Commits as often as an embedded job.
        all.addAll(List.of("-D", "execution.checkpointing.interval=1s"));
        all.addAll(List.of("-D", "execution.checkpointing.min-pause=250ms"));
        // Each death is to be the first for a long time.
        all.addAll(List.of("-D", "restart-strategy.exponential-delay.backoff-multiplier=1.01"));
        // One of many clusters that may run here.
        all.addAll(List.of("-D", "metrics.reporter.prometheus.port=0"));
        script("start", all).orFail();
    }

    Finished script(String command, List<String> options) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of("/bin/bash", SCRIPT.toString(), command));
        all.addAll(List.of("--data-dir", directory.toString()));
        all.addAll(options);
        return Finished.of(all, environment);
    }

    /** {@code kill -9}. */
    void kill(String process) throws IOException {
        ProcessHandle victim = ProcessHandle.of(pid(process)).orElseThrow();
        victim.destroyForcibly();
        victim.onExit().join();
    }

    /** As a virtual machine that is suspended: it answers nobody, and knows nothing of it. */
    void freeze(String process) throws IOException, InterruptedException {
        signal("-STOP", process);
    }

    /** It goes on where it was. */
    void thaw(String process) throws IOException, InterruptedException {
        signal("-CONT", process);
    }

    private void signal(String signal, String process) throws IOException, InterruptedException {
        Finished.of(List.of("kill", signal, Long.toString(pid(process))), Map.of()).orFail();
    }

    /** Waits until one job has failed, and says why. */
    String awaitFailure() {
        FlinkCluster cluster = FlinkCluster.at(url());
        String failed =
                Deadline.in(PATIENCE)
                        .await(
                                () ->
                                        cluster.jobs()
                                                .filter(job -> job.state().equals("FAILED"))
                                                .findFirst()
                                                .map(JobView::id)
                                                .orElse(null));
        assertThat(failed).as("every job goes on").isNotNull();
        return Objects.requireNonNull(cluster.failure(failed));
    }

    /** Ids of jobs that have not ended. */
    List<String> unfinished() {
        return FlinkCluster.at(url()).unfinished(MeteringJob.NAME);
    }

    private long pid(String process) throws IOException {
        return Long.parseLong(
                Files.readString(directory.resolve("run").resolve(process + ".pid")).strip());
    }

    /** Whether any process of it is left. */
    boolean isAlive() {
        return ProcessHandle.allProcesses()
                .map(process -> process.info().commandLine().orElse(""))
                .anyMatch(line -> line.contains("-Dtallyflow.process=" + directory));
    }

    String url() {
        return "http://127.0.0.1:" + ports.get(0);
    }

    /** As Flink's own command would be run, with the options of the Java machine it would give. */
    Finished flink(List<String> arguments) throws IOException, InterruptedException {
        Path conf = HOME.resolve("flink-conf");
        String opens =
                Files.readAllLines(conf.resolve("config.yaml")).stream()
                        .filter(line -> line.startsWith(OPENS))
                        .findFirst()
                        .orElseThrow()
                        .substring(OPENS.length());
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(opens.split(" ")));
        command.addAll(
                List.of("-cp", HOME.resolve("deploy/standalone/target/flink/lib/*").toString()));
        command.add("org.apache.flink.client.cli.CliFrontend");
        command.addAll(arguments);
        return Finished.of(command, Map.of("FLINK_CONF_DIR", conf.toString()));
    }

    /** A {@code tallyflow} command in a process of its own. */
    Finished tallyflow(List<String> arguments) throws IOException, InterruptedException {
        return Finished.tallyflow(arguments, environment);
    }

    /** Takes a savepoint and returns its path. */
    String savepoint(MeteredServers servers, String... more)
            throws IOException, InterruptedException {
        List<String> arguments = new ArrayList<>(List.of("savepoint", "--cluster", url()));
        arguments.addAll(List.of("--postgres-url", servers.postgresAddress()));
        arguments.addAll(List.of(more));
        String said = tallyflow(arguments).orFail();
        Matcher path = PATH.matcher(said);
        if (!path.find() || !said.matches("(?s).*commit +[0-9]+ +epoch [0-9]+ .*")) {
            throw new AssertionError(said);
        }
        return path.group(1);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        script("stop", List.of()).orFail();
    }
}
