package io.tallyflow.connectors.postgres.rows;

import io.tallyflow.schemas.usage.CellKey;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;
import org.postgresql.util.ByteConverter;

/**
 * Values as Postgres sends and takes them in its binary formats, in arrays and in COPY alike: each
 * with its length in four bytes before it. Nothing has to be made text, nor of text again.
 */
public final class BinaryValues {

    private static final int FIRST_CAPACITY = 1024;
    private static final int NULL = -1;

    /** Postgres counts from the beginning of the year 2000. */
    private static final long EPOCH_MICROS = TimeUnit.SECONDS.toMicros(946_684_800L);

    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_CAPACITY);
    private int count;
    private boolean nulls;

    /** A {@code text}. */
    public void text(@Nullable String value) {
        if (value == null) {
            none();
        } else {
            bytes(value.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** A {@code numeric}, exactly. */
    public void numeric(@Nullable BigDecimal value) {
        if (value == null) {
            none();
        } else {
            bytes(ByteConverter.numeric(value));
        }
    }

    private void bytes(byte[] value) {
        begin(value.length).put(value);
    }

    /** A null of any type. */
    public void none() {
        room(Integer.BYTES).putInt(NULL);
        count++;
        nulls = true;
    }

    /** A {@code uuid}. */
    public void key(CellKey value) {
        begin(2 * Long.BYTES).putLong(value.high()).putLong(value.low());
    }

    /** An instant, in microseconds since the epoch, UTC. */
    public void micros(long micros) {
        bigint(micros - EPOCH_MICROS);
    }

    /** A {@code bigint}. */
    public void bigint(long value) {
        begin(Long.BYTES).putLong(value);
    }

    /** An {@code integer}. */
    public void integer(int value) {
        begin(Integer.BYTES).putInt(value);
    }

    void bool(boolean value) {
        begin(1).put((byte) (value ? 1 : 0));
    }

    /** A value as it was written before, its length ahead of it. */
    void encoded(ByteBuffer from) {
        int length = from.getInt();
        if (length == NULL) {
            none();
        } else {
            begin(length).put(from.array(), from.position(), length);
            from.position(from.position() + length);
        }
    }

    /** What stands before the values of a row in COPY: how many there are. */
    void row(int values) {
        room(Short.BYTES).putShort((short) values);
    }

    /** How many values there are. */
    int count() {
        return count;
    }

    /** Whether one of them is null. */
    boolean hasNulls() {
        return nulls;
    }

    /** Bytes so far. */
    int size() {
        return bytes.position();
    }

    void writeTo(ByteBuffer target) {
        target.put(bytes.array(), 0, bytes.position());
    }

    /** Sends the bytes so far, and begins anew. */
    void moveTo(CopyIn copy) throws SQLException {
        copy.writeToCopy(bytes.array(), 0, bytes.position());
        bytes.clear();
        count = 0;
        nulls = false;
    }

    /** Room for a value, its length written. */
    private ByteBuffer begin(int length) {
        count++;
        return room(Integer.BYTES + length).putInt(length);
    }

    private ByteBuffer room(int needed) {
        if (bytes.remaining() < needed) {
            int capacity = Math.max(2 * bytes.capacity(), bytes.position() + needed);
            bytes = ByteBuffer.allocate(capacity).put(bytes.flip());
        }
        return bytes;
    }
}
