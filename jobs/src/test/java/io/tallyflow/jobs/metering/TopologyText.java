package io.tallyflow.jobs.metering;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.flink.runtime.OperatorIDPair;
import org.apache.flink.runtime.jobgraph.JobGraph;
import org.apache.flink.runtime.jobgraph.JobVertex;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;

/**
 * A topology as text: one block for each task, that is a chain of operators, and in it one block
 * for each operator in the order of the flow.
 */
final class TopologyText {

    private final JobGraph tasks;
    private final Map<String, StreamNode> operators = new LinkedHashMap<>();
    private final Map<Integer, String> uids = new HashMap<>();
    private final Map<Integer, String> parallelisms;

    /**
     * Describes a graph.
     *
     * @param parallelisms what each parallelism that was given stands for
     */
    TopologyText(StreamGraph graph, Map<Integer, String> parallelisms) {
        this.parallelisms = parallelisms;
        this.tasks = graph.getJobGraph();
        graph.getStreamNodes().stream()
                .sorted(Comparator.comparingInt(StreamNode::getId))
                .forEach(this::operator);
    }

    private void operator(StreamNode node) {
        operators.put(node.getTransformationUID(), node);
        uids.put(node.getId(), node.getTransformationUID());
    }

    /** All uids, in the order of the flow. */
    List<String> uids() {
        return List.copyOf(operators.keySet());
    }

    /** The text. */
    String text() {
        StringBuilder text = new StringBuilder();
        for (JobVertex task : tasks.getVerticesSortedTopologicallyFromSources()) {
            text.append("task, parallelism of ")
                    .append(parallelisms.getOrDefault(task.getParallelism(), "nobody knows what"))
                    .append(", at most ")
                    .append(task.getMaxParallelism())
                    .append('\n');
            chained(task).forEach(operator -> append(text, operator));
            text.append('\n');
        }
        return text.toString();
    }

    /** Flink lists a chain in an order of its own. */
    private List<OperatorIDPair> chained(JobVertex task) {
        List<OperatorIDPair> chain = new ArrayList<>(task.getOperatorIDs());
        List<String> order = uids();
        chain.sort(
                Comparator.comparingInt(
                        operator -> order.indexOf(operator.getUserDefinedOperatorUid())));
        return chain;
    }

    private void append(StringBuilder text, OperatorIDPair operator) {
        String uid = operator.getUserDefinedOperatorUid();
        StreamNode node = operators.get(uid);
        text.append("  ").append(uid).append('\n');
        text.append("    name ").append(node.getOperatorName()).append('\n');
        text.append("    id   ").append(operator.getGeneratedOperatorID()).append('\n');
        node.getInEdges().stream().map(this::described).sorted().forEach(text::append);
    }

    private String described(StreamEdge edge) {
        String side = edge.getOutputTag() == null ? "" : ", side " + edge.getOutputTag().getId();
        return "    from "
                + uids.get(edge.getSourceId())
                + side
                + ", "
                + edge.getPartitioner()
                + "\n";
    }
}
