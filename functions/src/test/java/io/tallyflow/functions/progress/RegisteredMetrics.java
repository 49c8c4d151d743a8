package io.tallyflow.functions.progress;

import io.tallyflow.schemas.progress.Metric;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.flink.api.common.JobID;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.executiongraph.ExecutionAttemptID;
import org.apache.flink.runtime.metrics.groups.AbstractMetricGroup;
import org.apache.flink.runtime.metrics.groups.TaskManagerMetricGroup;
import org.apache.flink.runtime.metrics.util.TestingMetricRegistry;
import org.apache.flink.runtime.operators.testutils.MockEnvironment;
import org.apache.flink.runtime.operators.testutils.MockEnvironmentBuilder;

/** What the operators of a harness register below the group {@code tallyflow}. */
final class RegisteredMetrics {

    private final Map<String, Counter> counters = new HashMap<>();

    /** An environment whose operators register here. */
    MockEnvironment environment() {
        TestingMetricRegistry registry =
                TestingMetricRegistry.builder().setRegisterConsumer(this::register).build();
        return new MockEnvironmentBuilder()
                .setMetricGroup(
                        TaskManagerMetricGroup.createTaskManagerMetricGroup(
                                        registry, "localhost", ResourceID.generate())
                                .addJob(new JobID(), "job")
                                .addTask(ExecutionAttemptID.randomId(), "task"))
                .build();
    }

    private void register(
            org.apache.flink.metrics.Metric metric, String name, AbstractMetricGroup<?> group) {
        String[] scope = group.getScopeComponents();
        int own = Arrays.asList(scope).indexOf(Metric.GROUP);
        if (own >= 0 && metric instanceof Counter counter) {
            String path =
                    Stream.concat(Arrays.stream(scope).skip(own + 1), Stream.of(name))
                            .collect(Collectors.joining("."));
            counters.put(path, counter);
        }
    }

    /** All counts, zeros included. */
    Map<String, Long> all() {
        return counters.entrySet().stream()
                .collect(
                        Collectors.toMap(
                                Map.Entry::getKey, counter -> counter.getValue().getCount()));
    }

    /** The counts that are not zero. */
    Map<String, Long> counts() {
        Map<String, Long> counts = all();
        counts.values().removeIf(count -> count == 0);
        return counts;
    }

    /** The names registered since the last call. */
    Set<String> takeNames() {
        Set<String> names = Set.copyOf(counters.keySet());
        counters.clear();
        return names;
    }
}
