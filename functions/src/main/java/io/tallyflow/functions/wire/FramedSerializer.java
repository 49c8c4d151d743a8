package io.tallyflow.functions.wire;

import java.io.IOException;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

/**
 * Writes values of one immutable type as frames. Never used for state: there is no way to another
 * version.
 *
 * @param <T> never copied, as it never changes
 */
abstract class FramedSerializer<T> extends TypeSerializer<T> {

    private static final long serialVersionUID = 1L;

    private transient FrameWriter out = new FrameWriter();
    private transient FrameReader in = new FrameReader();

    abstract void put(FrameWriter frame, T value);

    abstract T take(FrameReader frame);

    @Override
    public final void serialize(T value, DataOutputView target) throws IOException {
        put(out, value);
        out.flushTo(target);
    }

    @Override
    public final T deserialize(DataInputView source) throws IOException {
        in.fillFrom(source);
        return take(in);
    }

    @Override
    public final T deserialize(T reuse, DataInputView source) throws IOException {
        return deserialize(source);
    }

    @Override
    public final void copy(DataInputView source, DataOutputView target) throws IOException {
        in.fillFrom(source);
        in.copyTo(target);
    }

    @Override
    public final boolean isImmutableType() {
        return true;
    }

    @Override
    public final T copy(T value) {
        return value;
    }

    @Override
    public final T copy(T value, T reuse) {
        return value;
    }

    /** Of any length. */
    @Override
    public final int getLength() {
        return -1;
    }

    @Override
    public final boolean equals(Object other) {
        return other != null && other.getClass() == getClass();
    }

    @Override
    public final int hashCode() {
        return getClass().hashCode();
    }

    private void readObject(java.io.ObjectInputStream stream)
            throws IOException, ClassNotFoundException {
        stream.defaultReadObject();
        out = new FrameWriter();
        in = new FrameReader();
    }
}
