package io.tallyflow.jobs.metering;

import io.tallyflow.connectors.iceberg.table.LakeMetrics;
import io.tallyflow.connectors.kafka.source.DefinitionsWatch;
import io.tallyflow.connectors.kafka.source.ReaderMetrics;
import io.tallyflow.connectors.postgres.CommitMetrics;
import io.tallyflow.functions.memory.MemoryMetrics;
import io.tallyflow.functions.progress.LaneMetrics;
import io.tallyflow.schemas.progress.Metric;
import java.util.List;
import java.util.stream.Stream;

/** All metrics of the job: what its documentation and its dashboards are held to. */
public final class MeteringMetrics {

    private MeteringMetrics() {}

    /** Those that the source's coordinator shows: of the JobManager, not of a task. */
    public static List<Metric> ofCoordinator() {
        return Stream.of(DefinitionsWatch.reference(), OpenWorkGauges.reference())
                .flatMap(List::stream)
                .toList();
    }

    /** Each metric once, in the order of the flow. */
    public static List<Metric> reference() {
        return Stream.of(
                        LaneMetrics.reference(),
                        MemoryMetrics.reference(),
                        ReaderMetrics.reference(),
                        ofCoordinator(),
                        CommitMetrics.reference(),
                        LakeMetrics.reference())
                .flatMap(List::stream)
                .toList();
    }
}
