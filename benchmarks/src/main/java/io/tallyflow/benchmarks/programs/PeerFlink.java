package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.collect.Collected;
import io.tallyflow.benchmarks.measure.RunClock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobmaster.JobResult;
import org.apache.flink.runtime.minicluster.MiniCluster;
import org.apache.flink.runtime.minicluster.MiniClusterConfiguration;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The Flink that peers run on: as much managed memory as Tallyflow has, RocksDB with bloom filters
 * and incremental checkpoints, object reuse. A checkpoint every ten seconds, as is usual where
 * results do not wait for it; Tallyflow makes one every second.
 */
final class PeerFlink {

    private static final String LOOPBACK = "127.0.0.1";
    private static final int MANAGED_MEBIBYTES = 1_024;

    private PeerFlink() {}

    /** For a job with a source that ends. */
    static StreamExecutionEnvironment environment(ProgramSettings settings) {
        Configuration all = new Configuration();
        Path directory = settings.directory();
        all.set(RestOptions.BIND_PORT, "0");
        all.set(RestOptions.ADDRESS, LOOPBACK);
        all.set(RestOptions.BIND_ADDRESS, LOOPBACK);
        all.set(JobManagerOptions.ADDRESS, LOOPBACK);
        all.set(JobManagerOptions.BIND_HOST, LOOPBACK);
        all.set(TaskManagerOptions.HOST, LOOPBACK);
        all.set(TaskManagerOptions.BIND_HOST, LOOPBACK);
        all.set(BlobServerOptions.PORT, "0");
        all.set(CoreOptions.TMP_DIRS, directory.resolve("tmp").toString());
        all.set(CoreOptions.DEFAULT_PARALLELISM, settings.parallelism());
        all.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(MANAGED_MEBIBYTES));
        all.set(PipelineOptions.OBJECT_REUSE, true);
        all.set(RestartStrategyOptions.RESTART_STRATEGY, "none");
        state(all, directory.resolve("checkpoints"));
        return StreamExecutionEnvironment.getExecutionEnvironment(all);
    }

    private static void state(Configuration all, Path checkpoints) {
        all.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        all.set(RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
        all.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        all.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        all.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, checkpoints.toUri().toString());
        all.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
    }

    /** Runs the job to its end, which is where its source ends. */
    static ProgramOutcome run(
            StreamExecutionEnvironment environment, ProgramSettings settings, RunClock clock)
            throws Exception {
        Configuration configuration =
                new Configuration((Configuration) environment.getConfiguration());
        JobGraph graph = environment.getStreamGraph().getJobGraph();
        MiniClusterConfiguration size =
                new MiniClusterConfiguration.Builder()
                        .setConfiguration(configuration)
                        .setNumTaskManagers(1)
                        .setNumSlotsPerTaskManager(settings.parallelism())
                        .build();
        try (MiniCluster cluster = new MiniCluster(size)) {
            cluster.start();
            cluster.submitJob(graph).join();
            JobResult result =
                    cluster.requestJobResult(graph.getJobID())
                            .get(settings.patience().toSeconds(), TimeUnit.SECONDS);
            clock.finish();
            result.toJobExecutionResult(PeerFlink.class.getClassLoader());
            return ProgramOutcome.of(
                    Collected.answer(),
                    Checkpoints.of(
                            cluster.getRestAddress().join().toString(),
                            graph.getJobID().toHexString()));
        }
    }
}
