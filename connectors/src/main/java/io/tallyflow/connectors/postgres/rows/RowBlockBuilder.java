package io.tallyflow.connectors.postgres.rows;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.CellKey;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Turns rows of one kind into what is sent; values are added row by row, in the kind's order. */
final class RowBlockBuilder {

    private static final int ONE_DIMENSION = 1;
    private static final int FIRST_INDEX = 1;

    private final RowKind kind;
    private final boolean copied;
    private final List<BinaryValues> columns;
    private int next;
    private int rows;

    /** An empty block. */
    RowBlockBuilder(RowKind kind) {
        this(kind, kind.isCopied());
    }

    private RowBlockBuilder(RowKind kind, boolean copied) {
        this.kind = kind;
        this.copied = copied;
        int buffers = copied ? 1 : kind.columns().size();
        this.columns = Stream.generate(BinaryValues::new).limit(buffers).toList();
    }

    /** An empty block with an array per column, of whatever kind. */
    static RowBlockBuilder inArrays(RowKind kind) {
        return new RowBlockBuilder(kind, false);
    }

    RowBlockBuilder partial(UsagePartial partial) {
        bigint(partial.readings());
        numeric(partial.sum()).numeric(partial.min()).numeric(partial.max());
        numeric(partial.latest());
        if (partial.latest() == null) {
            value().none();
        } else {
            value().micros(partial.latestTimeMicros());
        }
        return text(partial.latestSource()).text(partial.latestId());
    }

    RowBlockBuilder key(CellKey key) {
        value().key(key);
        return this;
    }

    RowBlockBuilder millis(long millis) {
        value().micros(TimeUnit.MILLISECONDS.toMicros(millis));
        return this;
    }

    RowBlockBuilder text(@Nullable String value) {
        value().text(value);
        return this;
    }

    RowBlockBuilder bool(boolean value) {
        value().bool(value);
        return this;
    }

    RowBlockBuilder integer(int value) {
        value().integer(value);
        return this;
    }

    RowBlockBuilder bigint(long value) {
        value().bigint(value);
        return this;
    }

    /** The next value as it stands in a block that is copied, its length before it. */
    RowBlockBuilder encoded(ByteBuffer from) {
        value().encoded(from);
        return this;
    }

    private RowBlockBuilder numeric(@Nullable BigDecimal value) {
        value().numeric(value);
        return this;
    }

    /** Where the next value of the row goes. */
    private BinaryValues value() {
        int column = next;
        next = (next + 1) % kind.columns().size();
        if (column == 0) {
            rows++;
        }
        if (!copied) {
            return columns.get(column);
        }
        BinaryValues all = columns.get(0);
        if (column == 0) {
            all.row(kind.columns().size());
        }
        return all;
    }

    /** Rows so far. */
    int count() {
        return rows;
    }

    /** The rows so far. */
    RowBlock build() {
        ByteBuffer bytes = ByteBuffer.allocate(size());
        writeTo(bytes);
        bytes.flip();
        List<byte[]> built = new ArrayList<>();
        while (bytes.hasRemaining()) {
            byte[] column = new byte[bytes.getInt()];
            bytes.get(column);
            built.add(column);
        }
        return new RowBlock(kind, rows, built);
    }

    /** Bytes that {@link #writeTo} adds. */
    int size() {
        int header = Integer.BYTES + (copied ? 0 : RowBlock.ARRAY_HEADER);
        return rows == 0 ? 0 : columns.stream().mapToInt(column -> header + column.size()).sum();
    }

    /** Adds the columns to a buffer, each with its length ahead; of no rows nothing. */
    void writeTo(ByteBuffer target) {
        for (int i = 0; rows > 0 && i < columns.size(); i++) {
            BinaryValues column = columns.get(i);
            if (copied) {
                target.putInt(column.size());
            } else {
                target.putInt(RowBlock.ARRAY_HEADER + column.size())
                        .putInt(ONE_DIMENSION)
                        .putInt(column.hasNulls() ? 1 : 0)
                        .putInt(kind.columns().get(i).element())
                        .putInt(column.count())
                        .putInt(FIRST_INDEX);
            }
            column.writeTo(target);
        }
    }
}
