package io.tallyflow.connectors.iceberg;

import io.tallyflow.schemas.commit.RewindTarget;
import io.tallyflow.schemas.lake.LakeRow;
import io.tallyflow.schemas.meter.Aggregation;
import java.util.HashMap;
import java.util.Map;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.jspecify.annotations.Nullable;

/**
 * Keeps rows in Iceberg tables, exactly once.
 *
 * <pre>
 * lake rows => write   (data files stay open across checkpoints; their rows lie in state, too)
 *           => commit  (parallelism 1: one batch per commit interval, one snapshot per table)
 * </pre>
 *
 * Iceberg's own Flink sink commits and closes its files at every checkpoint, and after a start from
 * an older state it drops or doubles rows without a word.
 */
public final class IcebergLake {

    private final LakeOptions options;
    private final LakeSchedule schedule;
    private final HashMap<String, Aggregation> aggregations;
    private final @Nullable RewindTarget rewindTo;

    /**
     * A lake for one pipeline.
     *
     * @param aggregations how each meter's value is made
     * @param rewindTo null unless this start may rewind
     */
    public IcebergLake(
            LakeOptions options,
            LakeSchedule schedule,
            Map<String, Aggregation> aggregations,
            @Nullable RewindTarget rewindTo) {
        this.options = options;
        this.schedule = schedule;
        this.aggregations = new HashMap<>(aggregations);
        this.rewindTo = rewindTo;
    }

    /**
     * Ends a stream in the lake.
     *
     * @param uid of the writers; the committer's is derived from it. A contract with the job's
     *     state
     */
    public void attach(DataStream<LakeRow> rows, String uid, String label) {
        rows.transform(
                        label,
                        TypeInformation.of(LakeFiles.class),
                        new WriteLake(options, schedule, aggregations))
                .uid(uid)
                .global()
                .transform(
                        label + ": commit", Types.VOID, new CommitLake(options, schedule, rewindTo))
                .setParallelism(1)
                .setMaxParallelism(1)
                .uid(StoredLake.uid(uid));
    }
}
