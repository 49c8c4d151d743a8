package io.tallyflow.local.embedded;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.connectors.directory.FlinkDirectory;
import io.tallyflow.results.FirstCause;
import java.util.concurrent.CompletableFuture;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.SavepointRestoreSettings;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/** Runs a topology on a Flink cluster inside this process, with its web page. */
public final class EmbeddedFlink implements JobLauncher {

    private final JobTopology topology;

    public EmbeddedFlink(JobTopology topology) {
        this.topology = topology;
    }

    /** Runs the metering pipeline. */
    public static EmbeddedFlink metering() {
        return new EmbeddedFlink(new MeteringTopology());
    }

    @Override
    public RunningJob start(JobSettings settings) {
        Directories.make(settings.checkpoints());
        FlinkDirectory directory = FlinkDirectory.open(settings.directory());
        WorkingFiles tmp = WorkingFiles.make(settings.directory().resolve("tmp"));
        try {
            return start(settings, directory, tmp);
        } catch (RuntimeException e) {
            tmp.close();
            throw e;
        }
    }

    private RunningJob start(JobSettings settings, FlinkDirectory directory, WorkingFiles tmp) {
        Configuration configuration = EmbeddedSettings.of(settings, directory, tmp.path());
        JobGraph graph = graph(configuration, settings, directory);
        MiniCluster cluster =
                new MiniCluster(
                        new MiniClusterConfiguration.Builder()
                                .setConfiguration(configuration)
                                .setNumTaskManagers(1)
                                .setNumSlotsPerTaskManager(settings.parallelism())
                                .build());
        try {
            cluster.start();
            cluster.submitJob(graph).join();
            return new MiniClusterJob(
                    cluster,
                    graph.getJobID(),
                    cluster.getRestAddress().join().toString(),
                    settings,
                    tmp);
        } catch (Exception e) {
            closeQuietly(cluster.closeAsync(), e);
            throw new ServerFailure("Flink could not start: " + FirstCause.of(e), e);
        }
    }

    private JobGraph graph(
            Configuration configuration, JobSettings settings, FlinkDirectory directory) {
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        try {
            topology.build(environment, settings);
        } catch (ServerFailure e) {
            throw e;
        } catch (Exception e) {
            throw new ServerFailure("the job cannot be built: " + FirstCause.of(e), e);
        }
        JobGraph graph = environment.getStreamGraph().getJobGraph();
        if (settings.restoreFrom() != null) {
            FlinkDirectory.openAround(settings.restoreFrom());
            // The state that is started from is not touched: if this run fails before its first
            // checkpoint, the next one starts from the same.
            graph.setSavepointRestoreSettings(
                    SavepointRestoreSettings.forPath(
                            directory.address(settings.restoreFrom()),
                            false,
                            RecoveryClaimMode.NO_CLAIM));
        }
        return graph;
    }

    private static void closeQuietly(CompletableFuture<Void> closing, Exception reason) {
        try {
            closing.join();
        } catch (RuntimeException e) {
            reason.addSuppressed(e);
        }
    }
}
