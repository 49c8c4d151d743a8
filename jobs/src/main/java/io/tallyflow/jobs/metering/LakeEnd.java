package io.tallyflow.jobs.metering;

import io.tallyflow.schemas.stream.LakeRow;
import org.apache.flink.streaming.api.datastream.DataStream;

/** Ends the stream of lake rows. */
@FunctionalInterface
public interface LakeEnd {

    /** For a job without a lake. */
    LakeEnd NONE = (rows, stage) -> {};

    /**
     * Adds the operators that keep the rows.
     *
     * @param stage gives them name and uid
     */
    void attach(DataStream<LakeRow> rows, MeteringStage stage);
}
