package io.tallyflow.functions.aggregate;

import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.jspecify.annotations.Nullable;

/**
 * One window of one key. As long as memory has room, all its cells are in it, and state gets a
 * block of those that changed ahead of each barrier; when the blocks hold more than twice what
 * lives, they are written anew. A window that memory has no room for is released into rows: its
 * cells are then looked up one by one, and memory knows only what changed since the last barrier.
 */
final class OpenWindow {

    /** The objects that each has, and its places where it is found. */
    private static final int BYTES = 440;

    private final int key;
    private final TimeWindow window;
    private final SharedByWindows shared;
    private final WindowState state;
    private final CellTable cells;
    private final CellBlocks blocks;
    private final OpenValues values;
    private @Nullable GroupCounts groups;
    private boolean inRows;
    private boolean inState;
    private boolean touched;
    private boolean settled;
    private int cellCount;

    OpenWindow(int key, TimeWindow window, SharedByWindows shared) {
        this.key = key;
        this.window = window;
        this.shared = shared;
        this.state = shared.state();
        this.cells = new CellTable(shared.texts());
        this.blocks = new CellBlocks(key, window, state);
        this.values = new OpenValues(key, window, shared);
    }

    /** Takes up what a checkpoint holds of the window. */
    void restore(boolean fromRows) throws Exception {
        inState = true;
        inRows = fromRows;
        values.restore(fromRows);
        if (inRows) {
            state.rows(key, window, cell -> cellCount++);
        } else {
            blocks.restore(this::put);
        }
    }

    /** A cell of a newer block replaces that of an older one. */
    private void put(KnownCell known) {
        UsageCell name = known.name();
        KeptText subject = shared.texts().subject(name.subject());
        KeptText group = shared.texts().group(name.group());
        int cell = cells.find(name.meter(), subject, group);
        if (cell == CellTable.NONE) {
            cell = addCell(shared.texts().meter(name.meter()), subject, group);
            cellCount++;
        }
        become(cell, known.partial());
    }

    private int addCell(String meter, KeptText subject, KeptText group) {
        return cells.add(meter, subject, group, shared.aggregations().get(meter));
    }

    /** Takes up what state knows of a cell. */
    private void become(int cell, UsagePartial known) {
        cells.numbers().become(cell, known);
        cells.numbers().markSent(cell);
    }

    int key() {
        return key;
    }

    boolean is(int otherKey, long startMillis, long endMillis) {
        return key == otherKey && window.getStart() == startMillis && window.getEnd() == endMillis;
    }

    /** Whether its last word was said. */
    boolean isSettled() {
        return settled;
    }

    TimeWindow window() {
        return window;
    }

    /** Bytes of heap, about. */
    long bytes() {
        return BYTES + cells.bytes() + values.bytes() + (groups == null ? 0 : groups.bytes());
    }

    /** Whether memory would gain anything by {@link #release}. */
    boolean isReleasable() {
        return !inRows || cells.size() > 0 || groups != null && groups.bytes() > 0;
    }

    /** Whether it was not touched since the last barrier; it is from now on. */
    boolean markTouched() {
        boolean first = !touched;
        touched = true;
        return first;
    }

    /** What is known of a cell; {@link CellTable#NONE} if the window has none of that name. */
    int find(String meter, KeptText subject, KeptText group) throws Exception {
        int cell = cells.find(meter, subject, group);
        return cell == CellTable.NONE && inRows ? findRow(meter, subject, group) : cell;
    }

    private int findRow(String meter, KeptText subject, KeptText group) throws Exception {
        UsageCell name =
                new UsageCell(
                        meter, subject.text(), group.text(), window.getStart(), window.getEnd());
        UsagePartial row = state.row(key, name);
        if (row == null) {
            return CellTable.NONE;
        }
        int cell = addCell(meter, subject, group);
        become(cell, row);
        return cell;
    }

    /** Adds a cell that the window does not have, without readings. */
    int add(String meter, KeptText subject, KeptText group) throws Exception {
        int cell = addCell(meter, subject, group);
        cellCount++;
        if (groups != null) {
            groups.add(meter, subject, group.text());
        }
        return cell;
    }

    /** What the cells in memory came to. */
    CellNumbers numbers() {
        return cells.numbers();
    }

    UsageCell name(int cell) {
        return cells.name(cell, window);
    }

    /**
     * Whether a meter and subject have so many groups in this window already. They are counted only
     * where there are so many cells in all.
     */
    boolean hasGroups(int most, String meter, KeptText subject, KeptText group) throws Exception {
        if (cellCount < most || !GroupCounts.isGrouped(group.text())) {
            return false;
        }
        if (groups == null) {
            groups = countGroups();
        }
        return groups.of(meter, subject) >= most;
    }

    private GroupCounts countGroups() throws Exception {
        GroupCounts counts = new GroupCounts(key, window, shared);
        if (inRows) {
            // Those that came since the last barrier are in no row yet.
            writeRows(cells.all(window));
            counts.countRows();
        } else {
            for (int cell = 0; cell < cells.size(); cell++) {
                UsageCell name = cells.name(cell, window);
                counts.add(name.meter(), cells.subject(cell), name.group());
            }
        }
        return counts;
    }

    /** Notes that a cell has changed; it will be written and sent. */
    void change(int cell) {
        cells.change(cell);
    }

    /** Whether the cell sees the value for the first time. */
    boolean isNew(DistinctValue value) throws Exception {
        return values.isNew(value);
    }

    /** Sends what changed, and brings it into state. */
    void write(WindowOutput output) throws Exception {
        List<KnownCell> changed = send(output);
        if (!inState) {
            state.putWindow(key, window, inRows);
            inState = true;
        }
        if (inRows) {
            writeRows(changed);
            writeGroups();
            cells.clear();
        } else {
            values.write();
            blocks.write(changed, cells);
        }
    }

    private List<KnownCell> send(WindowOutput output) {
        touched = false;
        List<KnownCell> changed = cells.takeChanged(window);
        for (KnownCell cell : changed) {
            output.row(key, cell, false);
        }
        return changed;
    }

    private void writeRows(List<KnownCell> some) throws Exception {
        for (KnownCell cell : some) {
            state.putRow(key, cell);
        }
    }

    private void writeGroups() throws Exception {
        if (groups != null) {
            groups.write();
        }
    }

    /** Gives memory back: sends what changed, and goes on in rows. */
    void release(WindowOutput output) throws Exception {
        if (inRows) {
            write(output);
            return;
        }
        send(output);
        writeRows(cells.all(window));
        values.release();
        if (groups != null) {
            groups.release();
        }
        blocks.remove();
        inRows = true;
        inState = true;
        state.putWindow(key, window, true);
        cells.clear();
    }

    /** Marks all cells to be sent ahead of the next barrier. */
    void changeAll(WindowOutput output) throws Exception {
        if (inRows) {
            state.rows(key, window, known -> output.row(key, known, false));
        }
        for (int cell = 0; cell < cells.size(); cell++) {
            cells.change(cell);
        }
    }

    /** Says the last word of all cells, and forgets them. */
    void settle(WindowOutput output) throws Exception {
        settled = true;
        Map<UsageCell, Long> distinctValues = new HashMap<>();
        values.forEach(
                value -> {
                    distinctValues.merge(value.cell(), 1L, Long::sum);
                    output.settledValue(value);
                });
        Consumer<KnownCell> last =
                known -> {
                    output.row(key, known, true);
                    output.settled(
                            known.name(),
                            known.partial(),
                            distinctValues.getOrDefault(known.name(), 0L));
                };
        if (inRows) {
            List<KnownCell> unsaid = cells.takeChanged(window);
            writeRows(unsaid);
            Set<UsageCell> firsts = new HashSet<>();
            unsaid.stream()
                    .filter(known -> !known.sent())
                    .forEach(known -> firsts.add(known.name()));
            state.rows(
                    key,
                    window,
                    row ->
                            last.accept(
                                    new KnownCell(
                                            row.name(),
                                            row.partial(),
                                            !firsts.contains(row.name()))));
        } else {
            cells.all(window).forEach(last);
        }
        if (inRows) {
            state.removeRows(key, window);
        } else {
            blocks.remove();
            values.forget();
        }
        if (inState) {
            state.removeWindow(key, window);
        }
        // Until the barrier, the list of those that were touched may have it.
        cells.clear();
        groups = null;
    }
}
