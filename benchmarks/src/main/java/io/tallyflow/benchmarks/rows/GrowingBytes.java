package io.tallyflow.benchmarks.rows;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes that something is appended to, in network order. */
final class GrowingBytes {

    private static final int FIRST_CAPACITY = 1 << 12;

    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_CAPACITY);

    void put(byte[] value) {
        room(value.length).put(value);
    }

    void putByte(int value) {
        room(1).put((byte) value);
    }

    void putShort(int value) {
        room(Short.BYTES).putShort((short) value);
    }

    void putInt(int value) {
        room(Integer.BYTES).putInt(value);
    }

    void putLong(long value) {
        room(Long.BYTES).putLong(value);
    }

    byte[] toArray() {
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private ByteBuffer room(int needed) {
        if (bytes.remaining() < needed) {
            int capacity = Math.max(2 * bytes.capacity(), bytes.position() + needed);
            bytes = ByteBuffer.allocate(capacity).put(bytes.flip());
        }
        return bytes;
    }
}
