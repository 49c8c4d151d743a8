package io.tallyflow.deploy;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.configuration.BlobServerOptions;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.CoreOptions;
import org.apache.flink.configuration.DeploymentOptions;
import org.apache.flink.configuration.HeartbeatManagerOptions;
import org.apache.flink.configuration.HighAvailabilityOptions;
import org.apache.flink.configuration.JobManagerOptions;
import org.apache.flink.configuration.MetricOptions;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.RestOptions;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.kubernetes.configuration.KubernetesConfigOptions;
import org.apache.flink.state.rocksdb.RocksDBNativeMetricOptions;
import org.apache.flink.state.rocksdb.RocksDBOptions;

/** Flink's own options, as its classes declare them. */
final class FlinkOptions {

    private static final List<Class<?>> DECLARED_IN =
            List.of(
                    BlobServerOptions.class,
                    CheckpointingOptions.class,
                    CoreOptions.class,
                    DeploymentOptions.class,
                    HeartbeatManagerOptions.class,
                    HighAvailabilityOptions.class,
                    JobManagerOptions.class,
                    KubernetesConfigOptions.class,
                    MetricOptions.class,
                    PipelineOptions.class,
                    RestOptions.class,
                    RestartStrategyOptions.class,
                    RocksDBNativeMetricOptions.class,
                    RocksDBOptions.class,
                    StateBackendOptions.class,
                    TaskManagerOptions.class,
                    WebOptions.class);

    /** Handed to the S3 plugin, which is not on any class path here; named in Flink's docs. */
    private static final Set<String> OF_S3 = Set.of("s3.endpoint", "s3.path.style.access");

    /** Of the reporter's factory, which declares no options for the outside. */
    private static final Set<String> OF_REPORTER =
            Set.of("metrics.reporter.prometheus.factory.class", "metrics.reporter.prometheus.port");

    private FlinkOptions() {}

    /** What is wrong with these settings: names that Flink does not know, values it cannot read. */
    static List<String> problems(Map<String, String> settings) {
        Map<String, ConfigOption<?>> known = known();
        Configuration configuration = Configuration.fromMap(settings);
        List<String> problems = new ArrayList<>();
        settings.keySet().stream()
                .filter(key -> !OF_S3.contains(key) && !OF_REPORTER.contains(key))
                .forEach(
                        key -> {
                            ConfigOption<?> option = known.get(key);
                            if (option == null) {
                                problems.add(key + " is no option of Flink");
                            } else {
                                read(configuration, option, problems);
                            }
                        });
        return problems;
    }

    private static void read(
            Configuration configuration, ConfigOption<?> option, List<String> problems) {
        try {
            configuration.get(option);
        } catch (IllegalArgumentException e) {
            problems.add(option.key() + ": " + e.getMessage());
        }
    }

    private static Map<String, ConfigOption<?>> known() {
        Map<String, ConfigOption<?>> known = new HashMap<>();
        for (Class<?> holder : DECLARED_IN) {
            for (Field field : holder.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers())
                        && Modifier.isPublic(field.getModifiers())
                        && field.getType() == ConfigOption.class) {
                    ConfigOption<?> option = value(field);
                    known.put(option.key(), option);
                }
            }
        }
        return known;
    }

    private static ConfigOption<?> value(Field field) {
        try {
            return (ConfigOption<?>) field.get(null);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
