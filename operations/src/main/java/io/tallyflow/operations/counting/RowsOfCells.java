package io.tallyflow.operations.counting;

import io.tallyflow.connectors.postgres.rows.Rows;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.usage.CellKey;
import io.tallyflow.schemas.usage.CellKeys;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Makes rows of counted cells, in the order of their keys, so that the rows that are written at
 * once are neighbours in the index.
 */
public final class RowsOfCells {

    /** So few that a commit of the stream never waits for long. */
    private static final int ROWS_AT_ONCE = 20_000;

    /** Takes some of the rows. */
    @FunctionalInterface
    public interface Receiver {
        void accept(Rows rows) throws Exception;
    }

    private final String layer;
    private final int shard;
    private final MeterVersion version;
    private final int mostGroups;
    private final Receiver receiver;
    private List<UsageRow> usage = new ArrayList<>(ROWS_AT_ONCE);
    private List<DistinctValue> values = new ArrayList<>();
    private long events;
    private long windows;

    /**
     * @param version whose cells rows of usage name
     * @param layer whose cells distinct values name
     * @param shard that rows of usage bear
     * @param mostGroups of a subject in one window
     */
    public RowsOfCells(
            MeterVersion version, String layer, int shard, int mostGroups, Receiver receiver) {
        this.version = version;
        this.mostGroups = mostGroups;
        this.layer = layer;
        this.shard = shard;
        this.receiver = receiver;
    }

    private record Keyed(CellKey key, UsageCell cell, CountedCell counted) {}

    /** How many readings were sent. */
    public long events() {
        return events;
    }

    /** In how many rows of usage. */
    public long windows() {
        return windows;
    }

    /** Hands all of them over. */
    public void send(Map<SubjectWindow, CountedWindow> counted) throws Exception {
        for (Keyed keyed : sorted(counted)) {
            events += keyed.counted().readings();
            windows++;
            usage.add(
                    new UsageRow(
                            keyed.cell(),
                            keyed.counted().partial(version.meter().aggregation()),
                            /* settled= */ false,
                            shard,
                            /* first= */ true));
            flushIfMany();
            UsageCell inLayer = inLayer(keyed.cell());
            for (String value : keyed.counted().values()) {
                values.add(new DistinctValue(inLayer, value));
                flushIfMany();
            }
        }
        flush();
    }

    private List<Keyed> sorted(Map<SubjectWindow, CountedWindow> counted) {
        CellKeys keys = new CellKeys();
        String meter = version.name();
        List<Keyed> sorted = new ArrayList<>(counted.size());
        counted.forEach(
                (window, whole) ->
                        whole.limited(mostGroups)
                                .forEach(
                                        (group, one) -> {
                                            UsageCell cell =
                                                    new UsageCell(
                                                            meter,
                                                            window.subject(),
                                                            group,
                                                            window.startMillis(),
                                                            window.endMillis());
                                            sorted.add(new Keyed(keys.of(cell), cell, one));
                                        }));
        sorted.sort(
                Comparator.comparing(Keyed::key)
                        .thenComparingLong(keyed -> keyed.cell().windowStartMillis()));
        return sorted;
    }

    private UsageCell inLayer(UsageCell cell) {
        return new UsageCell(
                layer,
                cell.subject(),
                cell.group(),
                cell.windowStartMillis(),
                cell.windowEndMillis());
    }

    private void flushIfMany() throws Exception {
        if (usage.size() + values.size() >= ROWS_AT_ONCE) {
            flush();
        }
    }

    private void flush() throws Exception {
        if (!usage.isEmpty() || !values.isEmpty()) {
            receiver.accept(new Rows(usage, List.of(), values));
            usage = new ArrayList<>(ROWS_AT_ONCE);
            values = new ArrayList<>();
        }
    }
}
