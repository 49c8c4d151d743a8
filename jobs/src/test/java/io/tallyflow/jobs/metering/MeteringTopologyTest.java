package io.tallyflow.jobs.metering;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.aggregate.AggregateRules;
import io.tallyflow.functions.deduplicate.DedupeRules;
import io.tallyflow.functions.wire.FramedType;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Definitions;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import io.tallyflow.schemas.stream.EventOrProgress;
import io.tallyflow.schemas.stream.LakeRow;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.flink.api.common.serialization.SerializerConfigImpl;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.graph.StreamEdge;
import org.apache.flink.streaming.api.graph.StreamGraph;
import org.apache.flink.streaming.api.graph.StreamNode;
import org.junit.jupiter.api.Test;

/** Holds the topology that is built with the real ends, none of them connected. */
final class MeteringTopologyTest {

    private static final int READERS = 3;
    private static final int JOB = 7;
    private static final Map<Integer, String> PARALLELISMS =
            Map.of(1, "one", READERS, "the readers", JOB, "the job");

    @Test
    void topologyIsTheOneThatCheckpointsWereWrittenWith() throws IOException {
        new GoldenFile("src/test/resources/metering-topology.txt")
                .mustSay(
                        topology().text(),
                        """
                        The topology is not the one on record. A uid or id that changed leaves the
                        state behind that was written under the old one: identities are forgotten,
                        windows lost, and pending commits never made.""");
    }

    @Test
    void everyStageIsInTheTopology() {
        assertThat(topology().uids())
                .containsAll(
                        Arrays.stream(MeteringStage.values()).map(MeteringStage::uid).toList());
    }

    @Test
    void everyOperatorHasAUidOfAStageOrOneDerivedFromIt() {
        assertThat(topology().uids())
                .doesNotContainNull()
                .allMatch(
                        uid ->
                                Arrays.stream(MeteringStage.values())
                                        .map(MeteringStage::uid)
                                        .anyMatch(
                                                stage ->
                                                        uid.equals(stage)
                                                                || uid.startsWith(stage + ": ")
                                                                || uid.endsWith(": " + stage)));
    }

    @Test
    void whatCrossesTheNetworkForEveryEventIsWrittenByHand() {
        List<TypeSerializer<?>> written =
                graph().getStreamNodes().stream().flatMap(MeteringTopologyTest::writtenBy).toList();
        assertThat(written)
                .contains(serializer(FramedType.EVENT_OR_PROGRESS), serializer(FramedType.LAKE_ROW))
                .doesNotContain(
                        serializer(TypeInformation.of(EventOrProgress.class)),
                        serializer(TypeInformation.of(LakeRow.class)));
    }

    private static Stream<TypeSerializer<?>> writtenBy(StreamNode node) {
        return node.getOutEdges().stream()
                .map(StreamEdge::getOutputTag)
                .map(
                        side ->
                                side == null
                                        ? node.getTypeSerializerOut()
                                        : serializer(side.getTypeInfo()));
    }

    private static <T> TypeSerializer<T> serializer(TypeInformation<T> type) {
        return type.createSerializer(new SerializerConfigImpl(FlinkSettings.required()));
    }

    private static TopologyText topology() {
        return new TopologyText(graph(), PARALLELISMS);
    }

    private static StreamGraph graph() {
        Configuration settings = FlinkSettings.required();
        settings.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, Duration.ofSeconds(10));
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.getExecutionEnvironment(settings);
        environment.setParallelism(JOB);
        MeteringJob.build(environment, new CheckedStart(options(), rules(), READERS));
        return environment.getStreamGraph();
    }

    private static MeteringOptions options() {
        return MeteringOptionsReader.read(
                new String[] {
                    "--kafka.bootstrap", "kafka.invalid:9092",
                    "--postgres.url", "jdbc:postgresql://postgres.invalid/tallyflow",
                    "--meters", "meters.yaml",
                    "--lake.catalog", "rest",
                    "--lake.uri", "http://catalog.invalid"
                },
                Map.of());
    }

    private static MeteringRules rules() {
        Meter meter =
                new Meter(
                        "tokens",
                        "",
                        "prompt",
                        Aggregation.SUM,
                        JsonPath.parse("$.tokens"),
                        List.of(),
                        WindowSize.MINUTE);
        return new MeteringRules(
                Definitions.ofFirsts(List.of(meter)),
                DedupeRules.defaults(),
                AggregateRules.defaults(),
                1);
    }
}
