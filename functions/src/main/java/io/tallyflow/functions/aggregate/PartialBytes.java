package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.state.UsagePartial;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;
import org.apache.flink.core.memory.DataInputView;
import org.apache.flink.core.memory.DataOutputView;

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
    private static final int BIG = 1;

    private PartialBytes() {}

    static void write(DataOutputView out, UsagePartial partial) throws IOException {
        BlockBytes.writeCount(out, partial.readings());
        BigDecimal sum = partial.sum();
        if (sum == null) {
            out.writeByte(0);
            return;
        }
        BigDecimal min = Objects.requireNonNull(partial.min());
        BigDecimal max = Objects.requireNonNull(partial.max());
        BigDecimal latest = Objects.requireNonNull(partial.latest());
        int flags =
                HAS_VALUES
                        | (min.compareTo(sum) == 0 ? MIN_IS_SUM : 0)
                        | (max.compareTo(sum) == 0 ? MAX_IS_SUM : 0)
                        | (latest.compareTo(sum) == 0 ? LATEST_IS_SUM : 0);
        out.writeByte(flags);
        writeDecimal(out, sum);
        writeUnless(out, flags & MIN_IS_SUM, min);
        writeUnless(out, flags & MAX_IS_SUM, max);
        writeUnless(out, flags & LATEST_IS_SUM, latest);
        out.writeLong(partial.latestTimeMicros());
        BlockBytes.writeText(out, Objects.requireNonNull(partial.latestSource()));
        BlockBytes.writeText(out, Objects.requireNonNull(partial.latestId()));
    }

    private static void writeUnless(DataOutputView out, int same, BigDecimal value)
            throws IOException {
        if (same == 0) {
            writeDecimal(out, value);
        }
    }

    static UsagePartial read(DataInputView in) throws IOException {
        long readings = BlockBytes.readLong(in);
        int flags = in.readUnsignedByte();
        if (flags == 0) {
            return new UsagePartial(readings, null, null, null, null, 0, null, null);
        }
        BigDecimal sum = readDecimal(in);
        BigDecimal min = readUnless(in, flags & MIN_IS_SUM, sum);
        BigDecimal max = readUnless(in, flags & MAX_IS_SUM, sum);
        BigDecimal latest = readUnless(in, flags & LATEST_IS_SUM, sum);
        return new UsagePartial(
                readings,
                sum,
                min,
                max,
                latest,
                in.readLong(),
                BlockBytes.readText(in),
                BlockBytes.readText(in));
    }

    private static BigDecimal readUnless(DataInputView in, int same, BigDecimal sum)
            throws IOException {
        return same == 0 ? readDecimal(in) : sum;
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
