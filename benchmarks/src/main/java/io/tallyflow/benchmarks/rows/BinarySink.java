package io.tallyflow.benchmarks.rows;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.ByteConverter;

/** Values in Postgres's binary format: their length, then their bytes. */
abstract sealed class BinarySink implements RowSink permits BinaryRows, BinaryArrays {

    private static final int NULL = -1;

    /** Postgres counts from the beginning of the year 2000. */
    private static final long EPOCH_MICROS = TimeUnit.SECONDS.toMicros(946_684_800L);

    /** Where the next value goes. */
    abstract GrowingBytes next(boolean isNull);

    @Override
    public void uuid(byte[] value) {
        bytes(value);
    }

    @Override
    public void micros(@Nullable Long value) {
        if (value == null) {
            none();
        } else {
            bigint(value - EPOCH_MICROS);
        }
    }

    @Override
    public void bigint(long value) {
        element(Long.BYTES).putLong(value);
    }

    @Override
    public void integer(int value) {
        element(Integer.BYTES).putInt(value);
    }

    @Override
    public void numeric(@Nullable BigDecimal value) {
        if (value == null) {
            none();
        } else {
            bytes(ByteConverter.numeric(value));
        }
    }

    @Override
    public void text(@Nullable String value) {
        if (value == null) {
            none();
        } else {
            bytes(value.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void bytes(byte[] value) {
        element(value.length).put(value);
    }

    @Override
    public void bool(boolean value) {
        element(1).putByte(value ? 1 : 0);
    }

    private void none() {
        next(true).putInt(NULL);
    }

    final GrowingBytes element(int length) {
        GrowingBytes bytes = next(false);
        bytes.putInt(length);
        return bytes;
    }
}
