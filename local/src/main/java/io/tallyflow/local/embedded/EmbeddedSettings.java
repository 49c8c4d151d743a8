package io.tallyflow.local.embedded;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.connectors.directory.FlinkDirectory;
import io.tallyflow.jobs.metering.FlinkSettings;
import io.tallyflow.jobs.metering.MeteringJob;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigConstants;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.metrics.prometheus.PrometheusReporterFactory;
import org.apache.flink.state.rocksdb.RocksDBConfigurableOptions;
import org.apache.flink.state.rocksdb.RocksDBNativeMetricOptions;
import org.jspecify.annotations.Nullable;

/** Flink's own settings when it runs inside this process. */
final class EmbeddedSettings {

    /** Completed checkpoints of a job that are kept. */
    static final int RETAINED_CHECKPOINTS = 5;

    private EmbeddedSettings() {}

    static Configuration of(JobSettings settings, FlinkDirectory directory, Path tmp) {
        Configuration all = FlinkSettings.required();
        loopbackOnly(all, settings.webPort());
        workingFiles(all, tmp);
        checkpoints(all, directory.address(settings.checkpoints()));
        all.set(
                CheckpointingOptions.SAVEPOINT_DIRECTORY,
                savepoints(directory, settings.savepoints()));
        pipeline(all, settings.parallelism());
        metrics(all, settings.metricsPort());
        return all;
    }

    /** Nobody but this machine, and nobody at all may submit code. */
    private static void loopbackOnly(Configuration all, int webPort) {
        all.set(RestOptions.ADDRESS, Ports.LOOPBACK);
        all.set(RestOptions.BIND_ADDRESS, Ports.LOOPBACK);
        all.set(RestOptions.PORT, webPort);
        all.set(RestOptions.BIND_PORT, Integer.toString(webPort));
        // With a free port it is that of no page at all, which the page itself does not need.
        all.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, "http://" + Ports.LOOPBACK + ":" + webPort);
        all.set(WebOptions.SUBMIT_ENABLE, false);
        all.set(WebOptions.CANCEL_ENABLE, false);
        all.set(WebOptions.RESCALE_ENABLE, false);
        all.set(JobManagerOptions.ADDRESS, Ports.LOOPBACK);
        all.set(JobManagerOptions.BIND_HOST, Ports.LOOPBACK);
        all.set(TaskManagerOptions.HOST, Ports.LOOPBACK);
        all.set(TaskManagerOptions.BIND_HOST, Ports.LOOPBACK);
        all.set(BlobServerOptions.PORT, "0");
    }

    private static void workingFiles(Configuration all, Path tmp) {
        all.set(CoreOptions.TMP_DIRS, tmp.toString());
        all.set(WebOptions.TMP_DIR, tmp.toString());
        all.set(TaskManagerOptions.MANAGED_MEMORY_SIZE, MemorySize.ofMebiBytes(1_024));
    }

    /**
     * Savepoints hold no address, and other clusters may start from them: by their plain place,
     * unless Flink would take that for another one.
     */
    private static String savepoints(FlinkDirectory directory, Path place) {
        String location = Directories.location(place);
        return location.contains("\\") ? directory.address(place) : location;
    }

    private static void checkpoints(Configuration all, String address) {
        all.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, address);
        all.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        all.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(1));
        // Each commit then holds a cell once for ten times as many events.
        all.set(CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG, Duration.ofSeconds(10));
        all.set(CheckpointingOptions.MIN_PAUSE_BETWEEN_CHECKPOINTS, Duration.ofMillis(250));
        // Longer than the sink waits for Postgres; an outage declines checkpoints, which is no
        // reason to fail.
        all.set(CheckpointingOptions.CHECKPOINTING_TIMEOUT, Duration.ofMinutes(10));
        all.set(CheckpointingOptions.TOLERABLE_FAILURE_NUMBER, Integer.MAX_VALUE);
        // Small state stays in the checkpoint's own file: halves the time of a checkpoint.
        all.set(CheckpointingOptions.FS_SMALL_FILE_THRESHOLD, MemorySize.ofMebiBytes(1));
        all.set(CheckpointingOptions.INCREMENTAL_CHECKPOINTS, true);
        // Each checkpoint adds a file, and most identities asked for are in none of them.
        all.set(RocksDBConfigurableOptions.USE_BLOOM_FILTER, true);
        all.set(CheckpointingOptions.MAX_RETAINED_CHECKPOINTS, RETAINED_CHECKPOINTS);
        all.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
    }

    private static void metrics(Configuration all, @Nullable Integer port) {
        all.set(RocksDBNativeMetricOptions.MONITOR_LIVE_SST_FILES_SIZE, true);
        if (port != null) {
            String reporter = ConfigConstants.METRICS_REPORTER_PREFIX + "prometheus.";
            all.setString(
                    reporter + MetricOptions.REPORTER_FACTORY_CLASS.key(),
                    PrometheusReporterFactory.class.getName());
            all.setString(reporter + "port", Integer.toString(port));
        }
    }

    private static void pipeline(Configuration all, int parallelism) {
        // By which commands find the job, here as on a cluster.
        all.set(PipelineOptions.NAME, MeteringJob.NAME);
        all.set(CoreOptions.DEFAULT_PARALLELISM, parallelism);
        all.set(RestartStrategyOptions.RESTART_STRATEGY, "exponential-delay");
        all.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_INITIAL_BACKOFF,
                Duration.ofSeconds(1));
        all.set(
                RestartStrategyOptions.RESTART_STRATEGY_EXPONENTIAL_DELAY_MAX_BACKOFF,
                Duration.ofSeconds(10));
    }
}
