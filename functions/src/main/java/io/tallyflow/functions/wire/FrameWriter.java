package io.tallyflow.functions.wire;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * Puts the parts of one value together and writes them at once, preceded by their length. Lengths
 * and small numbers take as many bytes as they need. Reusable, confined to one thread.
 */
final class FrameWriter {

    private static final VarHandle INTS =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** Longest number: a 64-bit one in groups of seven bits. */
    private static final int MOST_NUMBER_BYTES = 10;

    private byte[] bytes = new byte[512];
    private int size;

    /** Writes what was put since the last time. */
    void flushTo(DataOutputView out) throws IOException {
        out.writeInt(size);
        out.write(bytes, 0, size);
        size = 0;
    }

    void putByte(int value) {
        room(1);
        bytes[size++] = (byte) value;
    }

    void putInt(int value) {
        room(Integer.BYTES);
        INTS.set(bytes, size, value);
        size += Integer.BYTES;
    }

    void putLong(long value) {
        room(Long.BYTES);
        LONGS.set(bytes, size, value);
        size += Long.BYTES;
    }

    /** A number that is small and not negative, as a rule. */
    void putNumber(long value) {
        room(MOST_NUMBER_BYTES);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    /** Well-formed text. */
    void putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putNumber(utf8.length);
        putAll(utf8);
    }

    void putTextOrNull(@Nullable String text) {
        putByte(text == null ? 0 : 1);
        if (text != null) {
            putText(text);
        }
    }

    void putBytesOrNull(byte @Nullable [] value) {
        putNumber(value == null ? 0 : value.length + 1L);
        if (value != null) {
            putAll(value);
        }
    }

    void putDecimalOrNull(@Nullable BigDecimal value) {
        byte[] unscaled = value == null ? null : value.unscaledValue().toByteArray();
        putBytesOrNull(unscaled);
        if (value != null) {
            putInt(value.scale());
        }
    }

    private void putAll(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, size, value.length);
        size += value.length;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
