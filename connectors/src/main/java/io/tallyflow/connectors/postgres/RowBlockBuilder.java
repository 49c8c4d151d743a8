package io.tallyflow.connectors.postgres;

import io.tallyflow.schemas.state.UsagePartial;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Turns rows of one kind into columns; values are added row by row, in the kind's order. */
final class RowBlockBuilder {

    private final List<ArrayColumn> columns;
    private final Function<String, byte[]> hash;
    private int next;

    /**
     * An empty block.
     *
     * @param hash of a group's text; asked for again and again for the same few texts
     */
    RowBlockBuilder(RowKind kind, Function<String, byte[]> hash) {
        this.columns = kind.columns().stream().map(ArrayColumn::new).toList();
        this.hash = hash;
    }

    RowBlockBuilder cell(UsageCell cell) {
        text(cell.meter()).text(cell.subject());
        bytes(hash.apply(cell.group())).text(cell.group());
        column().micros(TimeUnit.MILLISECONDS.toMicros(cell.windowStartMillis()));
        column().micros(TimeUnit.MILLISECONDS.toMicros(cell.windowEndMillis()));
        return this;
    }

    RowBlockBuilder partial(UsagePartial partial) {
        column().bigint(partial.readings());
        numeric(partial.sum()).numeric(partial.min()).numeric(partial.max());
        numeric(partial.latest());
        if (partial.latest() == null) {
            column().none();
        } else {
            column().micros(partial.latestTimeMicros());
        }
        return text(partial.latestSource()).text(partial.latestId());
    }

    RowBlockBuilder text(@Nullable String value) {
        column().text(value);
        return this;
    }

    RowBlockBuilder bytes(byte[] value) {
        column().bytes(value);
        return this;
    }

    RowBlockBuilder bool(boolean value) {
        column().bool(value);
        return this;
    }

    RowBlockBuilder integer(int value) {
        column().integer(value);
        return this;
    }

    /** Bytes that {@link #writeTo} adds. */
    int size() {
        return columns.stream().mapToInt(column -> Integer.BYTES + column.size()).sum();
    }

    /** Adds the columns to a buffer, each with its length ahead. */
    void writeTo(ByteBuffer target) {
        for (ArrayColumn column : columns) {
            target.putInt(column.size());
            column.writeTo(target);
        }
    }

    private RowBlockBuilder numeric(@Nullable BigDecimal value) {
        column().numeric(value);
        return this;
    }

    private ArrayColumn column() {
        ArrayColumn column = columns.get(next);
        next = (next + 1) % columns.size();
        return column;
    }
}
