package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.UsagePartial;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;
import org.jspecify.annotations.Nullable;

/**
 * A partial within a block: the readings, then what of sum, min, max and latest there is. A decimal
 * is its scale and its digits, as a zigzag count where they fit 64 bits. Decimals here are
 * canonical, so that what is equal in value is equal.
 */
final class PartialBytes {

    private static final int HAS_VALUES = 1;
    private static final int MIN_IS_SUM = 2;
    private static final int MAX_IS_SUM = 4;
    private static final int LATEST_IS_SUM = 8;
    private static final int NO_MIN = 16;
    private static final int NO_MAX = 32;
    private static final int NO_LATEST = 64;
    private static final int BIG = 1;

    private PartialBytes() {}

    static void write(DataOutputView out, UsagePartial partial) throws IOException {
        BlockBytes.writeCount(out, partial.readings());
        BigDecimal sum = partial.sum();
        if (sum == null) {
            out.writeByte(0);
            return;
        }
        int min = flag(partial.min(), sum, NO_MIN, MIN_IS_SUM);
        int max = flag(partial.max(), sum, NO_MAX, MAX_IS_SUM);
        int latest = flag(partial.latest(), sum, NO_LATEST, LATEST_IS_SUM);
        out.writeByte(HAS_VALUES | min | max | latest);
        writeDecimal(out, sum);
        writeIf(out, min, partial.min());
        writeIf(out, max, partial.max());
        writeIf(out, latest, partial.latest());
        if (latest != NO_LATEST) {
            out.writeLong(partial.latestTimeMicros());
            BlockBytes.writeText(out, Objects.requireNonNull(partial.latestSource()));
            BlockBytes.writeText(out, Objects.requireNonNull(partial.latestId()));
        }
    }

    /** 0 if the value must be written. */
    private static int flag(@Nullable BigDecimal value, BigDecimal sum, int none, int same) {
        if (value == null) {
            return none;
        }
        return value.compareTo(sum) == 0 ? same : 0;
    }

    private static void writeIf(DataOutputView out, int flag, @Nullable BigDecimal value)
            throws IOException {
        if (flag == 0) {
            writeDecimal(out, Objects.requireNonNull(value));
        }
    }

    static UsagePartial read(DataInputView in) throws IOException {
        long readings = BlockBytes.readLong(in);
        int flags = in.readUnsignedByte();
        if (flags == 0) {
            return new UsagePartial(readings, null, null, null, null, 0, null, null);
        }
        BigDecimal sum = readDecimal(in);
        BigDecimal min = readUnless(in, flags, NO_MIN, MIN_IS_SUM, sum);
        BigDecimal max = readUnless(in, flags, NO_MAX, MAX_IS_SUM, sum);
        BigDecimal latest = readUnless(in, flags, NO_LATEST, LATEST_IS_SUM, sum);
        boolean hasLatest = latest != null;
        return new UsagePartial(
                readings,
                sum,
                min,
                max,
                latest,
                hasLatest ? in.readLong() : 0,
                hasLatest ? BlockBytes.readText(in) : null,
                hasLatest ? BlockBytes.readText(in) : null);
    }

    private static @Nullable BigDecimal readUnless(
            DataInputView in, int flags, int none, int same, BigDecimal sum) throws IOException {
        if ((flags & none) != 0) {
            return null;
        }
        return (flags & same) == 0 ? readDecimal(in) : sum;
    }

    private static void writeDecimal(DataOutputView out, BigDecimal value) throws IOException {
        BigInteger digits = value.unscaledValue();
        boolean big = digits.bitLength() >= Long.SIZE;
        BlockBytes.writeCount(out, (long) value.scale() << 1 | (big ? BIG : 0));
        if (big) {
            byte[] bytes = digits.toByteArray();
            BlockBytes.writeCount(out, bytes.length);
            out.write(bytes);
        } else {
            long exact = digits.longValue();
            BlockBytes.writeCount(out, exact << 1 ^ exact >> 63);
        }
    }

    private static BigDecimal readDecimal(DataInputView in) throws IOException {
        int scaleAndSize = BlockBytes.readCount(in);
        int scale = scaleAndSize >> 1;
        if ((scaleAndSize & BIG) != 0) {
            byte[] bytes = new byte[BlockBytes.readCount(in)];
            in.readFully(bytes);
            return new BigDecimal(new BigInteger(bytes), scale);
        }
        long zigzag = BlockBytes.readLong(in);
        return BigDecimal.valueOf(zigzag >>> 1 ^ -(zigzag & 1), scale);
    }
}
