package io.tallyflow.benchmarks.programs;

import java.io.Serializable;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Keeps the last result of every cell in memory. */
final class CollectingSink<T> implements Sink<T> {

    private static final long serialVersionUID = 1L;

    private final Keep<T> keep;

    CollectingSink(Keep<T> keep) {
        this.keep = keep;
    }

    /** Puts a result where it is collected. */
    @FunctionalInterface
    interface Keep<T> extends Serializable {
        void put(T result, Collected collected);
    }

    @Override
    public SinkWriter<T> createWriter(WriterInitContext context) {
        Collected collected = Collected.open();
        return new SinkWriter<>() {
            @Override
            public void write(T result, Context ignored) {
                keep.put(result, collected);
            }

            @Override
            public void flush(boolean endOfInput) {}

            @Override
            public void close() {}
        };
    }
}
