package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;

/**
 * Adds up the open windows that a checkpoint holds. Changes nothing, and holds in memory those of
 * one key at a time.
 */
public final class StoredWindows {

    private final WindowState state;

    /** Those in the keyed state of the operator that aggregates. */
    public StoredWindows(KeyedStateBackend<Integer> backend) {
        this.state = new WindowState(backend);
    }

    /**
     * What there is under a key, by meter.
     *
     * @throws java.io.IOException if a block is of a version that is not known
     */
    public List<OpenUsage> perMeter(int key) throws Exception {
        Map<String, Sum> sums = new TreeMap<>();
        for (Map.Entry<TimeWindow, Boolean> window : state.windows(key).entrySet()) {
            if (window.getValue()) {
                readRows(key, window.getKey(), sums);
            } else {
                readBlocks(key, window.getKey(), sums);
            }
        }
        List<OpenUsage> all = new ArrayList<>();
        sums.forEach((meter, sum) -> all.add(sum.of(meter)));
        return all;
    }

    private void readRows(int key, TimeWindow window, Map<String, Sum> sums) throws Exception {
        state.rows(key, window, cell -> of(cell.name().meter(), sums).add(cell));
        state.valueRows(key, window, value -> of(value.cell().meter(), sums).distinctValues++);
    }

    private void readBlocks(int key, TimeWindow window, Map<String, Sum> sums) throws Exception {
        // A cell of a newer block stands in the place of that of an older one.
        Map<UsageCell, KnownCell> newest = new HashMap<>();
        for (byte[] block : state.cellBlocks(key, window).values()) {
            CellBlock.read(block, window, cell -> newest.put(cell.name(), cell));
        }
        newest.values().forEach(cell -> of(cell.name().meter(), sums).add(cell));
        for (byte[] block : state.valueBlocks(key, window).values()) {
            ValueBlock.read(
                    block, window, value -> of(value.cell().meter(), sums).distinctValues++);
        }
    }

    private static Sum of(String meter, Map<String, Sum> sums) {
        return sums.computeIfAbsent(meter, first -> new Sum());
    }

    /** What was seen of a meter. */
    private static final class Sum {
        private final Set<Long> windowStarts = new TreeSet<>();
        private final Set<String> subjects = new HashSet<>();
        private UsagePartial total = UsagePartials.NONE;
        private long cells;
        private long distinctValues;

        void add(KnownCell cell) {
            windowStarts.add(cell.name().windowStartMillis());
            subjects.add(cell.name().subject());
            total = UsagePartials.merge(total, cell.partial());
            cells++;
        }

        OpenUsage of(String meter) {
            return new OpenUsage(
                    meter,
                    new ArrayList<>(windowStarts),
                    subjects.size(),
                    cells,
                    total,
                    distinctValues);
        }
    }
}
