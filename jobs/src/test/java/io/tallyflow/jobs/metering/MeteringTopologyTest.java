package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

/**
 * The topology is a contract with every checkpoint: operators, their uids, and what flows where. If
 * a change is meant, run with {@code -Dtallyflow.golden=write} and look at the difference before
 * committing it.
 */
final class MeteringTopologyTest {

    private static final Path GOLDEN = Path.of("src/test/resources/metering-topology.txt");

    @Test
    void isTheOneInTheGoldenFile() throws IOException {
        String topology = describe(graph());
        if ("write".equals(System.getProperty("tallyflow.golden"))) {
            Files.writeString(GOLDEN, topology);
        }
        assertThat(topology).isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void givesEveryStageItsUid() {
        List<String> uids =
                graph().getStreamNodes().stream().map(StreamNode::getTransformationUID).toList();
        for (MeteringStage stage : MeteringStage.values()) {
            assertThat(uids).contains(stage.uid());
        }
    }

    @Test
    void becomesAJobWithoutKryoAndWithoutMadeUpUids() {
        assertThat(graph().getJobGraph().getNumberOfVertices()).isPositive();
    }

    private static StreamGraph graph() {
        Configuration settings = FlinkSettings.required();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, java.time.Duration.ofSeconds(1));
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(settings);
        environment.setParallelism(2);
        MeteringOptions options =
                MeteringOptionsReader.read(
                        new String[] {
                            "--kafka.bootstrap", "localhost:1",
                            "--postgres.url", "jdbc:postgresql://localhost:1/none",
                            "--meters", "none.yaml"
                        },
                        Map.of());
        new MeteringPipeline(
                        KafkaAndPostgres.ends(options),
                        new MeteringRules(
                                List.of(), DedupeRules.defaults(), AggregateRules.defaults()))
                .attachTo(environment, 2);
        return environment.getStreamGraph();
    }

    private static String describe(StreamGraph graph) {
        Map<Integer, StreamNode> nodes = new TreeMap<>();
        graph.getStreamNodes().forEach(node -> nodes.put(node.getId(), node));
        StringBuilder text = new StringBuilder();
        for (StreamNode node : nodes.values()) {
            text.append(node.getTransformationUID())
                    .append("  \"")
                    .append(node.getOperatorName())
                    .append("\"  parallelism ")
                    .append(node.getParallelism())
                    .append('\n');
            for (StreamEdge edge : node.getOutEdges()) {
                StreamNode target = graph.getStreamNode(edge.getTargetId());
                text.append("    ")
                        .append(edge.getPartitioner())
                        .append(
                                edge.getOutputTag() == null
                                        ? ""
                                        : " " + edge.getOutputTag().getId())
                        .append(" => ")
                        .append(target.getTransformationUID())
                        .append('\n');
            }
        }
        return text.toString();
    }
}
