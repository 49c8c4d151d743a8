package io.tallyflow.deploy;

import io.tallyflow.jobs.metering.MeteringMetrics;
import io.tallyflow.schemas.progress.Metric;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.flink.runtime.metrics.MetricNames;

/**
 * Metrics as Flink's Prometheus reporter names them: {@code flink}, the logical scope of the group,
 * the name, all joined by underscores, every other character replaced by one; the variables of the
 * group are the labels. That they are in the scrape of a running job is tested where one runs, in
 * {@code ObservedJobTest}.
 */
final class ReportedMetrics {

    static final String OF_OPERATORS = "flink_taskmanager_job_task_operator_";
    static final String OF_ENUMERATORS = "flink_jobmanager_job_operator_coordinator_enumerator_";
    static final String OF_A_JOB = "flink_jobmanager_job_";

    private static final Set<String> JOB_LABELS = Set.of("host", "job_id", "job_name");

    private static final Set<String> OPERATOR_LABELS =
            Set.of(
                    "host",
                    "tm_id",
                    "job_id",
                    "job_name",
                    "task_id",
                    "task_name",
                    "task_attempt_id",
                    "task_attempt_num",
                    "subtask_index",
                    "operator_id",
                    "operator_name");

    private final Map<String, Set<String>> labels = new HashMap<>();

    ReportedMetrics() {
        MeteringMetrics.reference().forEach(this::add);
        labels.put(OF_OPERATORS + MetricNames.PENDING_RECORDS, OPERATOR_LABELS);
        labels.put("flink_jobmanager_" + MetricNames.NUM_RUNNING_JOBS, Set.of("host"));
        Stream.of(
                        MetricNames.NUM_RESTARTS,
                        "numberOfCompletedCheckpoints",
                        "numberOfFailedCheckpoints",
                        "lastCheckpointDuration",
                        "lastCheckpointFullSize",
                        "lastCheckpointSize")
                .forEach(name -> labels.put(OF_A_JOB + name, JOB_LABELS));
    }

    private void add(Metric metric) {
        Set<String> own = new HashSet<>(isOfEnumerator(metric) ? JOB_LABELS : OPERATOR_LABELS);
        if (metric.name().startsWith("reason.CODE.")) {
            own.add("reason");
        }
        if (metric.kind() == Metric.Kind.HISTOGRAM) {
            own.add("quantile");
        }
        labels.put(name(metric), own);
    }

    private static boolean isOfEnumerator(Metric metric) {
        return MeteringMetrics.ofCoordinator().contains(metric);
    }

    /** As in a scrape. */
    static String name(Metric metric) {
        return (isOfEnumerator(metric) ? OF_ENUMERATORS : OF_OPERATORS)
                + Metric.GROUP
                + "_"
                + metric.name().replace("reason.CODE.", "reason_").replace('.', '_');
    }

    /** What an expression names and nothing reports. */
    Set<String> unknownIn(PromExpression expression) {
        Set<String> unknown = new LinkedHashSet<>();
        Set<String> known = new HashSet<>();
        for (String metric : expression.metrics()) {
            if (labels.containsKey(metric)) {
                known.addAll(labels.get(metric));
            } else {
                unknown.add(metric);
            }
        }
        expression.labels().stream().filter(label -> !known.contains(label)).forEach(unknown::add);
        return unknown;
    }
}
