package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.state.State;
import org.apache.flink.api.common.state.StateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.common.typeutils.base.IntSerializer;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.api.java.tuple.Tuple4;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * The open windows of a key as a checkpoint holds them. Per key the list of its windows; per window
 * either blocks, each with what changed ahead of one barrier, the newest last, or, if memory had no
 * room for the window, a row per cell and per distinct value, and how many groups there are where
 * that was asked.
 *
 * <p>Blocks are read and removed by their numbers. To go through the entries of a window, RocksDB
 * has to see where they end, and walks over all that was removed behind them: for window after
 * window that is a way which grows with the square of their number.
 */
final class WindowState {

    private static final TypeSerializer<TimeWindow> WINDOW = new TimeWindow.Serializer();

    private final KeyedStateBackend<Integer> backend;

    // Made once: analysing a type takes longer than all the rest.
    private final MapStateDescriptor<Tuple2<Long, Long>, Boolean> windows =
            new MapStateDescriptor<>(
                    "open-windows", Types.TUPLE(Types.LONG, Types.LONG), Types.BOOLEAN);
    private final MapStateDescriptor<Integer, byte[]> cellBlocks = blocks("cell-blocks");
    private final MapStateDescriptor<Integer, byte[]> valueBlocks = blocks("value-blocks");
    private final MapStateDescriptor<Tuple3<String, String, String>, UsagePartial> cellRows =
            new MapStateDescriptor<>(
                    "cell-rows",
                    Types.TUPLE(Types.STRING, Types.STRING, Types.STRING),
                    TypeInformation.of(UsagePartial.class));
    private final MapStateDescriptor<Tuple4<String, String, String, String>, Boolean> valueRows =
            new MapStateDescriptor<>(
                    "value-rows",
                    Types.TUPLE(Types.STRING, Types.STRING, Types.STRING, Types.STRING),
                    Types.BOOLEAN);
    private final MapStateDescriptor<Tuple2<String, String>, Integer> groupCounts =
            new MapStateDescriptor<>(
                    "group-counts", Types.TUPLE(Types.STRING, Types.STRING), Types.INT);

    WindowState(KeyedStateBackend<Integer> backend) {
        this.backend = backend;
    }

    private static MapStateDescriptor<Integer, byte[]> blocks(String name) {
        return new MapStateDescriptor<>(
                name, IntSerializer.INSTANCE, BytePrimitiveArraySerializer.INSTANCE);
    }

    /** All windows of a key, and whether each is kept in rows. */
    Map<TimeWindow, Boolean> windows(int key) throws Exception {
        Map<TimeWindow, Boolean> all = new HashMap<>();
        for (Map.Entry<Tuple2<Long, Long>, Boolean> entry : windowsOf(key).entries()) {
            all.put(new TimeWindow(entry.getKey().f0, entry.getKey().f1), entry.getValue());
        }
        return all;
    }

    void putWindow(int key, TimeWindow window, boolean inRows) throws Exception {
        windowsOf(key).put(Tuple2.of(window.getStart(), window.getEnd()), inRows);
    }

    /** Forgets the window, of which no blocks or rows are left. */
    void removeWindow(int key, TimeWindow window) throws Exception {
        windowsOf(key).remove(Tuple2.of(window.getStart(), window.getEnd()));
    }

    /** Removes all that a window in rows has. */
    void removeRows(int key, TimeWindow window) throws Exception {
        of(key, window, cellRows).clear();
        of(key, window, valueRows).clear();
        removeGroupCounts(key, window);
    }

    /** The window's blocks of cells by number, oldest first. */
    TreeMap<Integer, byte[]> cellBlocks(int key, TimeWindow window) throws Exception {
        return sorted(of(key, window, cellBlocks));
    }

    void putCellBlock(int key, TimeWindow window, int number, byte[] block) throws Exception {
        of(key, window, cellBlocks).put(number, block);
    }

    void removeCellBlock(int key, TimeWindow window, int number) throws Exception {
        of(key, window, cellBlocks).remove(number);
    }

    /** The window's blocks of distinct values by number, oldest first. */
    TreeMap<Integer, byte[]> valueBlocks(int key, TimeWindow window) throws Exception {
        return sorted(of(key, window, valueBlocks));
    }

    void putValueBlock(int key, TimeWindow window, int number, byte[] block) throws Exception {
        of(key, window, valueBlocks).put(number, block);
    }

    /**
     * One of the window's blocks of distinct values.
     *
     * @throws IOException if there is none of that number
     */
    byte[] valueBlock(int key, TimeWindow window, int number) throws Exception {
        byte[] block = of(key, window, valueBlocks).get(number);
        if (block == null) {
            throw new IOException("block " + number + " of distinct values is not there");
        }
        return block;
    }

    void removeValueBlock(int key, TimeWindow window, int number) throws Exception {
        of(key, window, valueBlocks).remove(number);
    }

    UsagePartial row(int key, UsageCell name) throws Exception {
        return of(key, windowOf(name), cellRows)
                .get(Tuple3.of(name.meter(), name.subject(), name.group()));
    }

    void putRow(int key, KnownCell cell) throws Exception {
        UsageCell name = cell.name();
        of(key, windowOf(name), cellRows)
                .put(Tuple3.of(name.meter(), name.subject(), name.group()), cell.partial());
    }

    void rows(int key, TimeWindow window, Consumer<KnownCell> cells) throws Exception {
        for (Map.Entry<Tuple3<String, String, String>, UsagePartial> entry :
                of(key, window, cellRows).entries()) {
            Tuple3<String, String, String> name = entry.getKey();
            cells.accept(
                    KnownCell.stored(
                            new UsageCell(
                                    name.f0, name.f1, name.f2, window.getStart(), window.getEnd()),
                            entry.getValue()));
        }
    }

    /** Whether the value is new to the window's rows; it is not from now on. */
    boolean addValueRow(int key, DistinctValue value) throws Exception {
        UsageCell name = value.cell();
        MapState<Tuple4<String, String, String, String>, Boolean> rows =
                of(key, windowOf(name), valueRows);
        Tuple4<String, String, String, String> row =
                Tuple4.of(name.meter(), name.subject(), name.group(), value.text());
        if (rows.contains(row)) {
            return false;
        }
        rows.put(row, true);
        return true;
    }

    void valueRows(int key, TimeWindow window, Consumer<DistinctValue> values) throws Exception {
        for (Tuple4<String, String, String, String> row : of(key, window, valueRows).keys()) {
            UsageCell cell =
                    new UsageCell(row.f0, row.f1, row.f2, window.getStart(), window.getEnd());
            values.accept(new DistinctValue(cell, row.f3));
        }
    }

    /** How many groups a meter and subject have in a window that is in rows; 0 if not known. */
    int groupCount(int key, TimeWindow window, String meter, String subject) throws Exception {
        Integer count = of(key, window, groupCounts).get(Tuple2.of(meter, subject));
        return count == null ? 0 : count;
    }

    void putGroupCount(int key, TimeWindow window, String meter, String subject, int count)
            throws Exception {
        of(key, window, groupCounts).put(Tuple2.of(meter, subject), count);
    }

    void removeGroupCounts(int key, TimeWindow window) throws Exception {
        of(key, window, groupCounts).clear();
    }

    static TimeWindow windowOf(UsageCell name) {
        return new TimeWindow(name.windowStartMillis(), name.windowEndMillis());
    }

    private MapState<Tuple2<Long, Long>, Boolean> windowsOf(int key) throws Exception {
        backend.setCurrentKey(key);
        return backend.getPartitionedState(
                VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, windows);
    }

    private <S extends State> S of(int key, TimeWindow window, StateDescriptor<S, ?> descriptor)
            throws Exception {
        backend.setCurrentKey(key);
        return backend.getPartitionedState(window, WINDOW, descriptor);
    }

    private static TreeMap<Integer, byte[]> sorted(MapState<Integer, byte[]> blocks)
            throws Exception {
        TreeMap<Integer, byte[]> all = new TreeMap<>();
        for (Map.Entry<Integer, byte[]> block : blocks.entries()) {
            if (all.put(block.getKey(), block.getValue()) != null) {
                throw new IOException("block " + block.getKey() + " is there twice");
            }
        }
        return all;
    }
}
