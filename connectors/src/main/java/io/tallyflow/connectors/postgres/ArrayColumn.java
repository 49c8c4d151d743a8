package io.tallyflow.connectors.postgres;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ByteConverter;

/**
 * The values of one column, as Postgres sends and takes an array in its binary format: nothing has
 * to be made text, nor of text again.
 */
final class ArrayColumn {

    private static final int HEADER = 5 * Integer.BYTES;
    private static final int FIRST_CAPACITY = 1024;
    private static final int NULL = -1;

    /** Postgres counts from the beginning of the year 2000. */
    private static final long EPOCH_MICROS = TimeUnit.SECONDS.toMicros(946_684_800L);

    private final ColumnType type;
    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_CAPACITY).position(HEADER);
    private int count;
    private boolean nulls;

    ArrayColumn(ColumnType type) {
        this.type = type;
    }

    void text(@Nullable String value) {
        bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    void numeric(@Nullable BigDecimal value) {
        bytes(value == null ? null : ByteConverter.numeric(value));
    }

    void bytes(byte @Nullable [] value) {
        if (value == null) {
            none();
        } else {
            element(value.length).put(value);
        }
    }

    void none() {
        element(0).putInt(bytes.position() - Integer.BYTES, NULL);
        nulls = true;
    }

    /** An instant, in microseconds since the epoch, UTC. */
    void micros(long micros) {
        bigint(micros - EPOCH_MICROS);
    }

    void bigint(long value) {
        element(Long.BYTES).putLong(value);
    }

    void integer(int value) {
        element(Integer.BYTES).putInt(value);
    }

    void bool(boolean value) {
        element(1).put((byte) (value ? 1 : 0));
    }

    /** Bytes so far. */
    int size() {
        return bytes.position();
    }

    /** Adds the array to a buffer. */
    void writeTo(ByteBuffer target) {
        bytes.putInt(0, count == 0 ? 0 : 1) // dimensions
                .putInt(Integer.BYTES, nulls ? 1 : 0)
                .putInt(2 * Integer.BYTES, type.element())
                .putInt(3 * Integer.BYTES, count)
                .putInt(4 * Integer.BYTES, 1); // index of the first
        target.put(bytes.array(), 0, bytes.position());
    }

    /** Room for an element, its length written. */
    private ByteBuffer element(int length) {
        int needed = Integer.BYTES + length;
        if (bytes.remaining() < needed) {
            int capacity = Math.max(2 * bytes.capacity(), bytes.position() + needed);
            bytes = ByteBuffer.allocate(capacity).put(bytes.flip());
        }
        count++;
        return bytes.putInt(length);
    }
}
