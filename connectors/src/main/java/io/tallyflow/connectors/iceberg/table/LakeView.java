package io.tallyflow.connectors.iceberg.table;

import io.tallyflow.schemas.commit.CommitName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.Snapshot;
import org.apache.iceberg.SnapshotSummary;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.TableScan;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.expressions.Binder;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.SnapshotUtil;
import org.jspecify.annotations.Nullable;

/**
 * All tables of the lake as of one batch: the newest that every table holds. What is committed
 * later does not change a view. Usable as long as the {@link Lake} that it was taken of is open,
 * and not thread-safe.
 */
public final class LakeView {

    /** Large files are read in such parts: about half a million events. */
    private static final long BYTES_OF_PART = 16L << 20;

    private static final LakeView EMPTY = new LakeView(SnapshotNote.NONE, Map.of(), -1);

    private final SnapshotNote note;
    private final Map<LakeTable, Pinned> tables;
    private final long newest;

    /**
     * A table as of a batch.
     *
     * @param snapshot the newest that stands at the batch
     * @param batch the one by which the table got it
     */
    private record Pinned(Table table, Snapshot snapshot, Snapshot batch) {
        TableScan scan() {
            return table.newScan().useSnapshot(snapshot.snapshotId());
        }
    }

    /**
     * @param newest sequence number of the last snapshot that the events had, whosever it was; -1
     *     if they had none
     */
    private LakeView(SnapshotNote note, Map<LakeTable, Pinned> tables, long newest) {
        this.note = note;
        this.tables = tables;
        this.newest = newest;
    }

    /**
     * The lake as it is now; empty if it has no tables or no batch yet.
     *
     * @throws IllegalStateException if the tables have batches, but none in common any more
     */
    public static LakeView of(Lake lake) {
        try {
            // Events get a batch last: what they have now, the tables read after them have, too.
            Known events = Known.of(lake, LakeTable.EVENTS);
            Map<LakeTable, Known> all = new EnumMap<>(Map.of(LakeTable.EVENTS, events));
            for (LakeTable name : LakeTable.values()) {
                all.computeIfAbsent(name, other -> Known.of(lake, other));
            }
            return newestOf(events, all);
        } catch (NoSuchTableException e) {
            return EMPTY;
        }
    }

    /** A table and the batches that it holds. */
    private record Known(Table table, Lineage lineage) {
        static Known of(Lake lake, LakeTable name) {
            Table table = lake.table(name);
            table.refresh();
            return new Known(table, Lineage.of(table));
        }

        long newest() {
            Snapshot current = table.currentSnapshot();
            return current == null ? -1 : current.sequenceNumber();
        }

        Iterable<Snapshot> newestFirst() {
            Snapshot current = table.currentSnapshot();
            return current == null
                    ? List.of()
                    : SnapshotUtil.ancestorsOf(current.snapshotId(), table::snapshot);
        }

        @Nullable Pinned at(CommitName batch) {
            Long newest = lineage.newestAt(batch);
            Long own = lineage.snapshotOf(batch);
            return newest == null || own == null
                    ? null
                    : new Pinned(table, table.snapshot(newest), table.snapshot(own));
        }
    }

    private static LakeView newestOf(Known events, Map<LakeTable, Known> all) {
        for (Snapshot snapshot : events.newestFirst()) {
            SnapshotNote note = SnapshotNote.of(snapshot);
            if (note != null && stands(events, note, snapshot)) {
                Map<LakeTable, Pinned> pinned = pinned(note.commit(), all);
                if (pinned.size() == all.size()) {
                    return new LakeView(note, pinned, events.newest());
                }
            }
        }
        CommitName head = events.lineage().head().commit();
        if (!head.equals(CommitName.NONE)) {
            throw new IllegalStateException(
                    "the tables of the lake have no batch in common: events stands at "
                            + head
                            + ", and other tables have lost it");
        }
        return EMPTY;
    }

    /** Whether this very snapshot is the one that stands for its batch. */
    private static boolean stands(Known events, SnapshotNote note, Snapshot snapshot) {
        Long standing = events.lineage().snapshotOf(note.commit());
        return standing != null && standing == snapshot.snapshotId();
    }

    private static Map<LakeTable, Pinned> pinned(CommitName batch, Map<LakeTable, Known> all) {
        Map<LakeTable, Pinned> pinned = new EnumMap<>(LakeTable.class);
        all.forEach(
                (name, known) -> {
                    Pinned at = known.at(batch);
                    if (at != null) {
                        pinned.put(name, at);
                    }
                });
        return pinned;
    }

    /** Whether there is no batch yet, and so no row. */
    public boolean isEmpty() {
        return tables.isEmpty();
    }

    /** The batch that all tables stand at; {@link CommitName#NONE} if there is none. */
    public CommitName batch() {
        return note.commit();
    }

    /** Whether this view stands at a batch that was put in after another one was taken. */
    public boolean isLaterThan(LakeView other) {
        Pinned events = tables.get(LakeTable.EVENTS);
        return events != null && events.batch().sequenceNumber() > other.newest;
    }

    /** How often the lake was rewound. */
    public long epoch() {
        return note.epoch();
    }

    /**
     * Windows that end here or before are complete in {@code usage}, what came later for them is in
     * {@code adjustments}; all others must be computed from {@code events}. Milliseconds since the
     * epoch, UTC; {@link Long#MIN_VALUE} if none are.
     */
    public long settledUntilMillis() {
        return note.settledUntilMillis();
    }

    /** The snapshot that is read of a table; null if the lake is empty. */
    public @Nullable Long snapshotId(LakeTable table) {
        Pinned pinned = tables.get(table);
        return pinned == null ? null : pinned.snapshot().snapshotId();
    }

    /** How many rows a table holds; without reading them, unless some were deleted. */
    public long rows(LakeTable table) {
        Pinned pinned = tables.get(table);
        if (pinned == null) {
            return 0;
        }
        String total = pinned.snapshot().summary().get(SnapshotSummary.TOTAL_RECORDS_PROP);
        String deletes = pinned.snapshot().summary().get(SnapshotSummary.TOTAL_DELETE_FILES_PROP);
        return total == null || !"0".equals(deletes)
                ? rowsOf(pinned.table(), files(pinned.scan()))
                : Long.parseLong(total);
    }

    private static long rowsOf(Table table, List<FileScanTask> files) {
        DeletedRows deleted = new DeletedRows(table);
        return files.stream()
                .mapToLong(
                        task ->
                                task.deletes().isEmpty()
                                        ? task.file().recordCount()
                                        : deleted.count(task.deletes(), task.file().location()))
                .sum();
    }

    /**
     * The rows of a table that pass a filter. They are read while they are iterated, from the days,
     * files and parts of files that can hold any.
     *
     * @param columns names; values come in this order, in the types that Iceberg uses inside:
     *     instants are microseconds since the epoch, quantities {@link java.math.BigDecimal}, texts
     *     {@link String}
     */
    public CloseableIterable<StructLike> scan(
            LakeTable table, Expression filter, List<String> columns) {
        List<RowsOfFile> files = parts(table, filter, columns);
        Iterable<CloseableIterable<StructLike>> parts =
                () -> files.stream().map(RowsOfFile::read).iterator();
        return CloseableIterable.concat(parts);
    }

    /** The same rows in parts that can be read side by side, each by a thread of its own. */
    public List<RowsOfFile> parts(LakeTable table, Expression filter, List<String> columns) {
        return parts(table, filter, columns, BYTES_OF_PART);
    }

    /** The same in parts of another size. */
    List<RowsOfFile> parts(
            LakeTable table, Expression filter, List<String> columns, long bytesOfPart) {
        Pinned pinned = tables.get(table);
        if (pinned == null) {
            return List.of();
        }
        Schema projection = projection(pinned.table().schema(), filter, columns);
        return files(pinned.scan().filter(filter)).stream()
                .flatMap(task -> split(task, bytesOfPart).stream())
                .map(task -> new RowsOfFile(pinned.table(), task, projection))
                .toList();
    }

    /** Where rows are deleted by position, none before them may be skipped. */
    private static List<FileScanTask> split(FileScanTask task, long bytesOfPart) {
        List<FileScanTask> parts = new ArrayList<>();
        if (task.deletes().isEmpty()) {
            task.split(bytesOfPart).forEach(parts::add);
        } else {
            parts.add(task);
        }
        return parts;
    }

    /** The days, UTC, on which a table may hold rows that pass a filter; in order. */
    public List<LocalDate> days(LakeTable table, Expression filter) {
        Pinned pinned = tables.get(table);
        if (pinned == null) {
            return List.of();
        }
        SortedSet<LocalDate> days = new TreeSet<>();
        try (CloseableIterable<FileScanTask> planned = pinned.scan().filter(filter).planFiles()) {
            planned.forEach(
                    task ->
                            days.add(
                                    LocalDate.ofEpochDay(
                                            task.file().partition().get(0, Integer.class))));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the files of " + table.tableName(), e);
        }
        return List.copyOf(days);
    }

    private static List<FileScanTask> files(TableScan scan) {
        List<FileScanTask> files = new ArrayList<>();
        try (CloseableIterable<FileScanTask> planned = scan.planFiles()) {
            planned.forEach(files::add);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the files of " + scan.table().name(), e);
        }
        return files;
    }

    /** The columns asked for, and behind them those that only the filter looks at. */
    private static Schema projection(Schema schema, Expression filter, List<String> columns) {
        List<Types.NestedField> fields = new ArrayList<>();
        columns.forEach(column -> fields.add(schema.findField(column)));
        Set<Integer> filtered =
                Binder.boundReferences(
                        schema.asStruct(), List.of(filter), /* caseSensitive= */ true);
        for (int id : filtered) {
            Types.NestedField field = schema.findField(id);
            if (!fields.contains(field)) {
                fields.add(field);
            }
        }
        return new Schema(fields);
    }
}
