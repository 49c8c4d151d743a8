package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.refusal.StartRefusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.PipelineOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.configuration.WebOptions;
import org.apache.flink.core.execution.CheckpointingMode;

/** Flink's own settings that the promises stand on. */
public final class FlinkSettings {

    /** Highest parallelism a pipeline can ever be scaled to; part of its state. */
    public static final int MAX_PARALLELISM = 720;

    private FlinkSettings() {}

    /** The settings that every run must have. */
    public static Configuration required() {
        Configuration settings = new Configuration();
        settings.set(
                CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE,
                CheckpointingMode.EXACTLY_ONCE);
        settings.set(CheckpointingOptions.ENABLE_UNALIGNED, false);
        settings.set(CheckpointingOptions.MAX_CONCURRENT_CHECKPOINTS, 1);
        settings.set(PipelineOptions.GENERIC_TYPES, false);
        settings.set(PipelineOptions.AUTO_GENERATE_UIDS, false);
        settings.set(PipelineOptions.OBJECT_REUSE, true);
        settings.set(PipelineOptions.MAX_PARALLELISM, MAX_PARALLELISM);
        settings.set(StateBackendOptions.STATE_BACKEND, "rocksdb");
        settings.set(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN, "http://localhost:8081");
        return settings;
    }

    /**
     * Refuses settings that would break a promise.
     *
     * @throws IllegalArgumentException naming every offending setting, what it is and what it must
     *     be
     */
    public static void check(ReadableConfig settings) {
        Configuration required = required();
        List<String> problems = new ArrayList<>();
        demand(problems, settings, required, CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE);
        demand(problems, settings, required, CheckpointingOptions.ENABLE_UNALIGNED);
        demand(problems, settings, required, CheckpointingOptions.MAX_CONCURRENT_CHECKPOINTS);
        demand(problems, settings, required, PipelineOptions.GENERIC_TYPES);
        demand(problems, settings, required, PipelineOptions.AUTO_GENERATE_UIDS);
        demand(problems, settings, required, PipelineOptions.OBJECT_REUSE);
        demand(problems, settings, required, PipelineOptions.MAX_PARALLELISM);
        if (settings.getOptional(CheckpointingOptions.CHECKPOINTING_INTERVAL).isEmpty()) {
            problems.add(
                    CheckpointingOptions.CHECKPOINTING_INTERVAL.key()
                            + " is not set: nothing would ever be committed; 10s is usual");
        }
        demandCommitsDuringBacklog(problems, settings);
        demandOwnOrigin(problems, settings);
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(
                    StartRefusal.SETTINGS_WRONG.saying(
                            "Flink's settings break what Tallyflow promises:\n  "
                                    + String.join("\n  ", problems)));
        }
    }

    private static void demandCommitsDuringBacklog(List<String> problems, ReadableConfig settings) {
        Duration usual = settings.get(CheckpointingOptions.CHECKPOINTING_INTERVAL);
        Duration backlog = settings.get(CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG);
        if (usual != null && backlog != null && backlog.compareTo(usual) < 0) {
            problems.add(
                    CheckpointingOptions.CHECKPOINTING_INTERVAL_DURING_BACKLOG.key()
                            + (" is " + backlog.toMillis() + " ms and must be at least the usual ")
                            + (usual.toMillis() + " ms; 0 would commit nothing while catching up"));
        }
    }

    /** The REST interface asks for no login, and a job can be stopped and code run by it. */
    private static void demandOwnOrigin(List<String> problems, ReadableConfig settings) {
        String origin = settings.get(WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN);
        if (origin == null || !origin.strip().matches("https?://[^/*,\\s]+")) {
            problems.add(
                    WebOptions.ACCESS_CONTROL_ALLOW_ORIGIN.key()
                            + (" is " + origin + " and must be the address of Flink's own page,")
                            + " such as http://localhost:8081: any page in a browser that reaches"
                            + " it could stop the job");
        }
    }

    private static <T> void demand(
            List<String> problems,
            ReadableConfig settings,
            Configuration required,
            ConfigOption<T> option) {
        T actual = settings.get(option);
        T expected = required.get(option);
        if (!expected.equals(actual)) {
            problems.add(option.key() + " is " + actual + " and must be " + expected);
        }
    }
}
