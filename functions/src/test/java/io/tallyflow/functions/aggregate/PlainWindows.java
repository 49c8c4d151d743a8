package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.flink.api.common.state.MapState;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;
import org.apache.flink.runtime.state.VoidNamespaceSerializer;

/**
 * What a store of windows must say, written plainly: all cells in one map, which state has as it
 * was with the last barrier. It knows no bound of memory and no bound of groups.
 */
final class PlainWindows implements Windows {

    private static final MapStateDescriptor<UsageCell, UsagePartial> CELLS =
            new MapStateDescriptor<>(
                    "cells",
                    TypeInformation.of(UsageCell.class),
                    TypeInformation.of(UsagePartial.class));

    private static final MapStateDescriptor<DistinctValue, Boolean> VALUES =
            new MapStateDescriptor<>(
                    "values",
                    TypeInformation.of(DistinctValue.class),
                    TypeInformation.of(Boolean.class));

    private final KeyedStateBackend<Integer> backend;
    private final Map<String, Aggregation> aggregations;
    private final WindowOutput output;
    private final Map<UsageCell, UsagePartial> cells = new LinkedHashMap<>();
    private final Map<UsageCell, Integer> keys = new HashMap<>();
    private final Map<UsageCell, Set<DistinctValue>> values = new HashMap<>();
    private final Set<UsageCell> changed = new LinkedHashSet<>();
    private final Set<UsageCell> sent = new HashSet<>();

    PlainWindows(
            KeyedStateBackend<Integer> backend,
            Map<String, Aggregation> aggregations,
            AggregateRules rules,
            Configuration taskManager,
            WindowOutput output) {
        this.backend = backend;
        this.aggregations = aggregations;
        this.output = output;
    }

    @Override
    public void restore(int key) throws Exception {
        for (Map.Entry<UsageCell, UsagePartial> cell : state(key, CELLS).entries()) {
            cells.put(cell.getKey(), cell.getValue());
            keys.put(cell.getKey(), key);
            sent.add(cell.getKey());
        }
        for (DistinctValue value : state(key, VALUES).keys()) {
            values.computeIfAbsent(value.cell(), cell -> new HashSet<>()).add(value);
        }
    }

    @Override
    public Added add(int key, UsageEvent event, Reading reading) {
        UsageCell cell = reading.cell(event.subject());
        UsagePartial before = cells.getOrDefault(cell, UsagePartials.NONE);
        UsagePartial after = reading.addTo(before, event);
        if (after == null) {
            return Added.OUT_OF_RANGE;
        }
        cells.put(cell, UsagePartials.keptBy(aggregations.get(reading.meter()), after));
        keys.put(cell, key);
        changed.add(cell);
        if (reading.distinct() != null) {
            see(new DistinctValue(cell, reading.distinct()));
        }
        return Added.TO_OWN_GROUP;
    }

    private void see(DistinctValue value) {
        if (values.computeIfAbsent(value.cell(), cell -> new HashSet<>()).add(value)) {
            output.value(value);
        }
    }

    @Override
    public void write() throws Exception {
        for (UsageCell cell : changed) {
            int key = keys.get(cell);
            output.row(key, known(cell), false);
            sent.add(cell);
            state(key, CELLS).put(cell, cells.get(cell));
            for (DistinctValue value : values.getOrDefault(cell, Set.of())) {
                state(key, VALUES).put(value, true);
            }
        }
        changed.clear();
    }

    @Override
    public void changeAll() {
        changed.addAll(cells.keySet());
    }

    @Override
    public void settleUntil(long endMillis) throws Exception {
        for (UsageCell cell : List.copyOf(cells.keySet())) {
            if (cell.windowEndMillis() <= endMillis) {
                settle(cell);
            }
        }
    }

    private void settle(UsageCell cell) throws Exception {
        int key = keys.get(cell);
        List<DistinctValue> distinct = new ArrayList<>(values.getOrDefault(cell, Set.of()));
        output.row(key, known(cell), true);
        output.settled(cell, cells.get(cell), distinct.size());
        for (DistinctValue value : distinct) {
            output.settledValue(value);
            state(key, VALUES).remove(value);
        }
        state(key, CELLS).remove(cell);
        cells.remove(cell);
        keys.remove(cell);
        values.remove(cell);
        changed.remove(cell);
    }

    private KnownCell known(UsageCell cell) {
        return new KnownCell(cell, cells.get(cell), sent.contains(cell));
    }

    private <K, V> MapState<K, V> state(int key, MapStateDescriptor<K, V> descriptor)
            throws Exception {
        backend.setCurrentKey(key);
        return backend.getPartitionedState(
                VoidNamespace.INSTANCE, VoidNamespaceSerializer.INSTANCE, descriptor);
    }

    @Override
    public long bytes() {
        return 0;
    }

    @Override
    public int size() {
        return cells.size();
    }

    @Override
    public long releases() {
        return 0;
    }
}
