package io.tallyflow.functions.progress;

import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.OneInputStreamOperator;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

/**
 * An operator that reports just ahead of each barrier what it did since the last one. What it emits
 * there belongs to the same checkpoint at every operator behind it.
 */
public abstract class ReportingOperator<IN, OUT> extends AbstractStreamOperator<OUT>
        implements OneInputStreamOperator<IN, OUT> {

    private static final long serialVersionUID = 1L;

    private transient boolean finished;

    /** Emits everything that the coming commit must carry. */
    protected abstract void report() throws Exception;

    @Override
    public final void prepareSnapshotPreBarrier(long checkpointId) throws Exception {
        // Flink calls this once more after finish(); nothing may be emitted then.
        if (!finished) {
            report();
        }
    }

    @Override
    public final void finish() throws Exception {
        report();
        finished = true;
        super.finish();
    }

    /** Sends a value on; the timestamps of stream records are not used behind the source. */
    protected final void emit(OUT value) {
        output.collect(new StreamRecord<>(value));
    }
}
