package io.tallyflow.benchmarks.collect;

import java.io.Serializable;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Keeps the last result of every cell in memory. */
public final class CollectingSink<T> implements Sink<T> {

    private static final long serialVersionUID = 1L;

    private final Keep<T> keep;

    public CollectingSink(Keep<T> keep) {
        this.keep = keep;
    }

    /** Puts a result where it is collected. */
    @FunctionalInterface
    public interface Keep<T> extends Serializable {
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
