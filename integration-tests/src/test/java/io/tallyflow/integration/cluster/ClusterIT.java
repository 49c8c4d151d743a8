package io.tallyflow.integration.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.integration.run.Finished;
import io.tallyflow.local.truth.GeneratorSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job on clusters of separate processes that are killed with {@code kill -9}. {@code
 * -Dtallyflow.test.kills=N} and {@code -Dtallyflow.test.events=N} choose how much.
 */
final class ClusterIT {

    private static final int KILLS = Integer.getInteger("tallyflow.test.kills", 2);
    private static final long EVENTS = Long.getLong("tallyflow.test.events", 120_000);
    private static final Duration WORKER_GOAL = Duration.ofSeconds(10);
    private static final Duration LEADER_GOAL = Duration.ofSeconds(30);

    @TempDir Path directory;

    @Test
    @Timeout(1_500)
    void showsTheTruthAfterWorkersDiedAndTheJobWentOnWithAnotherParallelism() throws Exception {
        try (MeteredServers servers = servers();
                StandaloneCluster cluster = cluster()) {
            startJob(cluster, servers, "--task-managers", "2");
            servers.send(EVENTS / 4);
            String early = cluster.savepoint(servers);
            Recoveries recoveries = new Recoveries();
            for (int kill = 1; kill <= KILLS; kill++) {
                servers.send(EVENTS / 4 + EVENTS / 4 * kill / KILLS);
                long token = servers.token();
                cluster.kill("taskmanager-" + (1 + kill % 2));
                recoveries.add(servers.awaitRecovery(token));
                cluster.start("--task-managers", "2");
            }
            servers.send(EVENTS * 3 / 4);
            String last = cluster.savepoint(servers, "--stop", "--format", "native");
            Finished refused = start(cluster, servers, early, 3);
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.said()).contains("FAILED: SINK_REGRESSED: ", "rewind target");
            start(cluster, servers, last, 3).orFail();
            servers.send(EVENTS);
            servers.demandTruth();
            assertThat(listed(cluster, servers))
                    .anyMatch(line -> line.contains(last))
                    .anyMatch(line -> line.contains("--rewind-to ") && line.contains(early));
            recoveries.report("TaskManager", WORKER_GOAL);
            cluster.close();
            assertThat(cluster.isAlive()).isFalse();
        }
    }

    @Test
    @Timeout(1_500)
    void goesOnUnderAnotherJobManagerAfterTheOneThatLedDied() throws Exception {
        try (MeteredServers servers = servers();
                StandaloneCluster cluster = cluster()) {
            startJob(cluster, servers, "--ha", "--task-managers", "2");
            cluster.start("--ha", "--task-managers", "2", "--job-managers", "2");
            Recoveries recoveries = new Recoveries();
            for (int kill = 1; kill <= KILLS; kill++) {
                servers.send(EVENTS * kill / (KILLS + 1));
                long token = servers.token();
                cluster.kill("jobmanager-" + (2 - kill % 2));
                recoveries.add(servers.awaitRecovery(token));
                cluster.start("--ha", "--task-managers", "2", "--job-managers", "2");
            }
            servers.send(EVENTS);
            long token = servers.token();
            cluster.kill("jobmanager-1");
            cluster.kill("jobmanager-2");
            cluster.start("--ha", "--task-managers", "2");
            assertThat(servers.awaitRecovery(token)).isPositive();
            servers.demandTruth();
            recoveries.report("JobManager", LEADER_GOAL);
        }
    }

    /** The savepoint goes with a job that ended: nothing tells the two jobs of each other. */
    @Test
    @Timeout(900)
    void letsOneOfTwoJobsFromOneSavepointGoOn() throws Exception {
        try (MeteredServers servers = servers();
                StandaloneCluster cluster = cluster()) {
            startJob(cluster, servers, "--task-managers", "2");
            servers.send(EVENTS / 3);
            String savepoint = cluster.savepoint(servers, "--stop");
            // The second one may be refused before all its tasks run, or after.
            start(cluster, servers, savepoint, 2);
            start(cluster, servers, savepoint, 2);
            servers.send(EVENTS * 2 / 3);
            assertThat(cluster.awaitFailure()).startsWith("SINK_REGRESSED: ");
            servers.send(EVENTS);
            servers.demandTruth();
            assertThat(cluster.unfinished()).hasSize(1);
        }
    }

    /** What it had in hand when it froze is of an attempt that has been replaced since. */
    @Test
    @Timeout(900)
    void takesNothingFromAWorkerThatWasFrozenAndThaws() throws Exception {
        try (MeteredServers servers = servers();
                StandaloneCluster cluster = cluster()) {
            startJob(cluster, servers, "--task-managers", "1");
            servers.send(EVENTS / 3);
            cluster.start("--task-managers", "2");
            long frozen = servers.token();
            cluster.freeze("taskmanager-1");
            servers.send(EVENTS * 2 / 3);
            Duration recovery = servers.awaitRecovery(frozen);
            System.out.println("recovery from a frozen TaskManager: " + recovery);
            long commits = servers.commitsOf(frozen);
            cluster.thaw("taskmanager-1");
            servers.send(EVENTS);
            servers.demandTruth();
            assertThat(servers.commitsOf(frozen)).isEqualTo(commits);
            assertThat(cluster.unfinished()).hasSize(1);
        }
    }

    /** Twice, and with another parallelism; the second time beyond the epoch of the first. */
    @Test
    @Timeout(900)
    void goesBackToASavepointAndOnAgain() throws Exception {
        try (MeteredServers servers = servers();
                StandaloneCluster cluster = cluster()) {
            startJob(cluster, servers, "--task-managers", "2");
            servers.send(EVENTS / 4);
            String savepoint = cluster.savepoint(servers);
            servers.send(EVENTS / 2);
            servers.demandRead(EVENTS / 2);
            assertThat(rewind(cluster, servers, savepoint, 3))
                    .containsPattern("commit +[0-9]+ +epoch 1\\R")
                    .containsPattern("lake +checkpoint [0-9]+\\R")
                    .doesNotContainPattern("\\b0 records to be read again");
            servers.send(EVENTS * 3 / 4);
            servers.demandRead(EVENTS * 3 / 4);
            assertThat(rewind(cluster, servers, savepoint, 1))
                    .containsPattern("commit +[0-9]+ +epoch 2\\R")
                    .containsPattern("lake +checkpoint [0-9]+\\R");
            servers.send(EVENTS);
            servers.demandTruth();
        }
    }

    /** The line of the documentation, with Flink's own command. */
    @Test
    @Timeout(300)
    void runsTheSameJarWithFlinksOwnCommand() throws Exception {
        try (MeteredServers servers = servers();
                StandaloneCluster cluster = cluster()) {
            cluster.start("--task-managers", "1");
            List<String> arguments = new ArrayList<>(List.of("run", "-d", "-p", "2"));
            arguments.addAll(List.of("-m", cluster.url().substring("http://".length())));
            arguments.add(StandaloneCluster.JOB_JAR.toString());
            arguments.addAll(servers.jobOptions());
            cluster.flink(arguments).orFail();
            servers.send(EVENTS / 10);
            servers.awaitCommitAfter(1);
            assertThat(cluster.savepoint(servers, "--stop")).startsWith("file:" + directory);
        }
    }

    private MeteredServers servers() throws Exception {
        return new MeteredServers(directory, GeneratorSettings.anHour(1, EVENTS, anHourAgo()));
    }

    private StandaloneCluster cluster() {
        return new StandaloneCluster(directory.resolve("cluster"));
    }

    private static long anHourAgo() {
        return Instant.now()
                .truncatedTo(ChronoUnit.HOURS)
                .minus(1, ChronoUnit.HOURS)
                .toEpochMilli();
    }

    /** Returns when the job has made its first commit on a new cluster. */
    private static void startJob(
            StandaloneCluster cluster, MeteredServers servers, String... options) throws Exception {
        cluster.start(options);
        List<String> arguments = new ArrayList<>(List.of("submit", "--cluster", cluster.url()));
        arguments.addAll(List.of("--parallelism", "2"));
        arguments.addAll(servers.jobOptions());
        System.out.println(cluster.tallyflow(arguments).orFail());
        servers.awaitCommitAfter(0);
    }

    private static Finished start(
            StandaloneCluster cluster, MeteredServers servers, String from, int parallelism)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of("start", "--cluster", cluster.url()));
        arguments.addAll(List.of("--from", from));
        arguments.addAll(List.of("--parallelism", Integer.toString(parallelism)));
        arguments.addAll(servers.jobOptions());
        return cluster.tallyflow(arguments);
    }

    private static String rewind(
            StandaloneCluster cluster, MeteredServers servers, String to, int parallelism)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of("rewind", "--cluster", cluster.url()));
        arguments.addAll(List.of("--to", to));
        arguments.addAll(List.of("--parallelism", Integer.toString(parallelism)));
        arguments.addAll(servers.jobOptions());
        return cluster.tallyflow(arguments).orFail();
    }

    private static List<String> listed(StandaloneCluster cluster, MeteredServers servers)
            throws Exception {
        return cluster.tallyflow(List.of("savepoints", "--postgres-url", servers.postgresAddress()))
                .orFail()
                .lines()
                .toList();
    }
}
