package io.tallyflow.functions.wire;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/** Takes apart what a {@link FrameWriter} put together. Reusable, confined to one thread. */
final class FrameReader {

    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes = new byte[512];
    private int size;
    private int at;

    /** Reads the next frame. */
    void fillFrom(DataInputView in) throws IOException {
        size = in.readInt();
        if (bytes.length < size) {
            bytes = new byte[Math.max(2 * bytes.length, size)];
        }
        in.readFully(bytes, 0, size);
        at = 0;
    }

    /** Writes the frame at hand as it was read. */
    void copyTo(DataOutputView out) throws IOException {
        out.writeInt(size);
        out.write(bytes, 0, size);
    }

    int takeByte() {
        return bytes[at++];
    }

    int takeInt() {
        int value = (int) INTS.get(bytes, at);
        at += Integer.BYTES;
        return value;
    }

    long takeLong() {
        long value = (long) LONGS.get(bytes, at);
        at += Long.BYTES;
        return value;
    }

    long takeNumber() {
        long value = 0;
        int shift = 0;
        byte next = bytes[at++];
        while (next < 0) {
            value |= (next & 0x7FL) << shift;
            shift += 7;
            next = bytes[at++];
        }
        return value | (long) next << shift;
    }

    /** A number that was put from an {@code int} of 0 or more. */
    int takeSize() {
        return (int) takeNumber();
    }

    String takeText() {
        int length = takeSize();
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    @Nullable String takeTextOrNull() {
        return takeByte() == 0 ? null : takeText();
    }

    byte @Nullable [] takeBytesOrNull() {
        int length = takeSize() - 1;
        if (length < 0) {
            return null;
        }
        byte[] value = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return value;
    }

    @Nullable BigDecimal takeDecimalOrNull() {
        byte[] unscaled = takeBytesOrNull();
        return unscaled == null ? null : new BigDecimal(new BigInteger(unscaled), takeInt());
    }
}
