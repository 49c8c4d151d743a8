package io.tallyflow.benchmarks.rows;

import static io.tallyflow.benchmarks.rows.BinaryArrays.Type.BIGINT;
import static io.tallyflow.benchmarks.rows.BinaryArrays.Type.BOOLEAN;
import static io.tallyflow.benchmarks.rows.BinaryArrays.Type.BYTEA;
import static io.tallyflow.benchmarks.rows.BinaryArrays.Type.INTEGER;
import static io.tallyflow.benchmarks.rows.BinaryArrays.Type.NUMERIC;
import static io.tallyflow.benchmarks.rows.BinaryArrays.Type.TEXT;
import static io.tallyflow.benchmarks.rows.BinaryArrays.Type.TIMESTAMPTZ;
import static io.tallyflow.benchmarks.rows.BinaryArrays.Type.UUID;

import io.tallyflow.benchmarks.rows.BinaryArrays.Type;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The columns of a layout, in the order of its table. */
record RowFields(Layout layout) {

    private static final int SHARD = 0;
    private static final long MINUTE_MICROS = TimeUnit.MINUTES.toMicros(1);

    private static final List<Type> FULL =
            List.of(
                    TEXT,
                    TEXT,
                    BYTEA,
                    TEXT,
                    TIMESTAMPTZ,
                    TIMESTAMPTZ,
                    BIGINT,
                    NUMERIC,
                    NUMERIC,
                    NUMERIC,
                    NUMERIC,
                    TIMESTAMPTZ,
                    TEXT,
                    TEXT,
                    BOOLEAN,
                    BIGINT,
                    INTEGER);

    private static final List<Type> CELL =
            List.of(
                    UUID,
                    TIMESTAMPTZ,
                    INTEGER,
                    BIGINT,
                    NUMERIC,
                    NUMERIC,
                    NUMERIC,
                    NUMERIC,
                    TIMESTAMPTZ,
                    TEXT,
                    TEXT,
                    BOOLEAN,
                    BIGINT);

    private static final List<Type> CELL_AND_LAYER =
            Stream.concat(CELL.stream(), Stream.of(INTEGER)).toList();

    /** As its key is ordered. */
    Comparator<LayoutRow> order() {
        Comparator<LayoutRow> byTime = Comparator.comparingLong(LayoutRow::micros);
        if (layout.isFull()) {
            return Comparator.comparing((LayoutRow row) -> row.cell().meter())
                    .thenComparing(row -> row.cell().subject())
                    .thenComparing(byTime)
                    .thenComparing(row -> row.cell().group());
        }
        Comparator<LayoutRow> byCell = Comparator.comparing(LayoutRow::cell, LayoutCell.BY_UUID);
        if (layout.isByLayer()) {
            return Comparator.comparingInt((LayoutRow row) -> row.cell().layer())
                    .thenComparing(byTime)
                    .thenComparing(byCell);
        }
        return layout.isByTime() ? byTime.thenComparing(byCell) : byCell.thenComparing(byTime);
    }

    /** Types, as arrays are sent. */
    List<Type> types() {
        if (layout.isFull()) {
            return FULL;
        }
        return layout.isByLayer() ? CELL_AND_LAYER : CELL;
    }

    /** As COPY takes them: in the order of the table. */
    void write(LayoutRow row, long commit, RowSink sink) {
        if (layout.isPacked()) {
            writePacked(row, commit, sink);
        } else {
            write(row, commit, layout.hasLayer(), sink);
        }
    }

    /** As statements name them: with the layer only if the key needs it. */
    void writeArrays(LayoutRow row, long commit, RowSink sink) {
        write(row, commit, layout.isByLayer(), sink);
    }

    private void write(LayoutRow row, long commit, boolean withLayer, RowSink sink) {
        if (layout.isFull()) {
            writeFull(row, commit, sink);
        } else {
            writeCell(row, commit, withLayer, sink);
        }
    }

    private static void writeFull(LayoutRow row, long commit, RowSink sink) {
        sink.row(FULL.size());
        sink.text(row.cell().meter());
        sink.text(row.cell().subject());
        sink.bytes(row.cell().groupHash());
        sink.json(row.cell().group());
        sink.micros(row.micros());
        sink.micros(row.micros() + MINUTE_MICROS);
        sink.bigint(row.readings());
        writeValues(row, sink);
        sink.micros(null);
        writeLatestName(sink);
        sink.bool(row.settled());
        sink.bigint(commit);
        sink.integer(SHARD);
    }

    private static void writeCell(LayoutRow row, long commit, boolean withLayer, RowSink sink) {
        sink.row(CELL.size() + (withLayer ? 1 : 0));
        sink.uuid(row.cell().uuid());
        sink.micros(row.micros());
        sink.integer(SHARD);
        sink.bigint(row.readings());
        writeValues(row, sink);
        sink.micros(null);
        writeLatestName(sink);
        sink.bool(row.settled());
        sink.bigint(commit);
        if (withLayer) {
            sink.integer(row.cell().layer());
        }
    }

    private static void writePacked(LayoutRow row, long commit, RowSink sink) {
        sink.row(CELL.size());
        sink.uuid(row.cell().uuid());
        sink.micros(row.micros());
        sink.bigint(row.readings());
        sink.bigint(commit);
        sink.micros(null);
        sink.integer(SHARD);
        sink.bool(row.settled());
        writeValues(row, sink);
        writeLatestName(sink);
    }

    private static void writeValues(LayoutRow row, RowSink sink) {
        sink.numeric(row.sum());
        sink.numeric(null);
        sink.numeric(row.max());
        sink.numeric(null);
    }

    private static void writeLatestName(RowSink sink) {
        sink.text(null);
        sink.text(null);
    }
}
