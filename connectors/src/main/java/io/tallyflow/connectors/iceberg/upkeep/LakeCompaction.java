package io.tallyflow.connectors.iceberg.upkeep;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeExpiry;
import io.tallyflow.connectors.iceberg.table.LakeLock;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.Lineage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.PartitionSpec;
import org.apache.iceberg.Table;
import org.apache.iceberg.expressions.Expression;
import org.apache.iceberg.expressions.Expressions;
import org.apache.iceberg.io.CloseableIterable;
import org.jspecify.annotations.Nullable;

/**
 * Makes few large files of the many small ones of days that are over, row for row but for those
 * that others have deleted. Each day of a table is a snapshot of its own, which replaces files and
 * says nothing of batches: whoever follows the stream passes over it. Rows keep the number of the
 * checkpoint that first held them, so that a rewind finds them in the new files, too.
 *
 * <p>May run while a job appends. Not thread-safe.
 */
public final class LakeCompaction {

    private static final long MILLIS_PER_DAY = 86_400_000L;
    private static final long MICROS_PER_DAY = 1_000 * MILLIS_PER_DAY;

    /** No event is of a later one; at its end a stream says that everything has settled. */
    private static final long LAST_DAY = LocalDate.of(9999, 12, 31).toEpochDay();

    private final Lake lake;
    private final CompactionRules rules;
    private final LakeLock lock;
    private final LakeExpiry expiry = new LakeExpiry();

    /** Nothing is read before it is asked for. */
    public LakeCompaction(Lake lake, CompactionRules rules) {
        this(lake, rules, lake.lock());
    }

    public LakeCompaction(Lake lake, CompactionRules rules, LakeLock lock) {
        this.lake = lake;
        this.rules = rules;
        this.lock = lock;
    }

    /**
     * The first day, UTC, that is not old enough; null while the lake does not say until when
     * windows have settled, as before its first batch and right after a rewind. The clock of this
     * machine has no say.
     *
     * @throws org.apache.iceberg.exceptions.NoSuchTableException if there is no lake
     */
    public @Nullable LocalDate closedBefore() {
        Table events = lake.table(LakeTable.EVENTS);
        events.refresh();
        long settledUntil = Lineage.of(events).head().settledUntilMillis();
        return settledUntil == Long.MIN_VALUE
                ? null
                : LocalDate.ofEpochDay(
                        Math.min(Math.floorDiv(settledUntil, MILLIS_PER_DAY), LAST_DAY)
                                - rules.olderThanDays());
    }

    /** The days of a table that have small files to be made one, oldest first. */
    public List<CompactedDay> plan(LakeTable name) {
        LocalDate limit = closedBefore();
        if (limit == null) {
            return List.of();
        }
        Table table = lake.table(name);
        table.refresh();
        return plans(name, table, Expressions.lessThan(dayColumn(name), micros(limit))).stream()
                .filter(plan -> plan.day().isBefore(limit))
                .map(DayPlan::expected)
                .toList();
    }

    /**
     * Compacts a day, whatever its age.
     *
     * @return what became of it; null if meanwhile there is nothing to do
     * @throws RuntimeException of Iceberg or the catalog, if the table is as it was
     * @throws org.apache.iceberg.exceptions.CommitStateUnknownException if nobody can tell whether
     *     it is; doing it again is safe
     */
    public @Nullable CompactedDay compact(LakeTable name, LocalDate day) {
        Table table = lake.table(name);
        table.refresh();
        Expression ofDay =
                Expressions.and(
                        Expressions.greaterThanOrEqual(dayColumn(name), micros(day)),
                        Expressions.lessThan(dayColumn(name), micros(day.plusDays(1))));
        for (DayPlan plan : plans(name, table, ofDay)) {
            if (plan.day().equals(day)) {
                return compact(plan, table);
            }
        }
        return null;
    }

    /** Forgets old snapshots of a table; the files that only they held go with them. */
    public void expire(LakeTable name) {
        Table table = lake.table(name);
        table.refresh();
        if (table.currentSnapshot() == null) {
            return;
        }
        try (LakeLock.Held held = lock.acquire()) {
            held.check();
            expiry.expire(table);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the job's commit", e);
        }
    }

    private List<DayPlan> plans(LakeTable name, Table table, Expression days) {
        Map<LocalDate, List<FileScanTask>> files = new TreeMap<>();
        try (CloseableIterable<FileScanTask> tasks = table.newScan().filter(days).planFiles()) {
            for (FileScanTask task : tasks) {
                if (isPartitionedByDay(task, name, table)) {
                    files.computeIfAbsent(day(task.file()), key -> new ArrayList<>()).add(task);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list the files of " + table.name(), e);
        }
        return files.entrySet().stream()
                .map(day -> plan(name, day.getKey(), day.getValue()))
                .filter(DayPlan::isNeeded)
                .toList();
    }

    private DayPlan plan(LakeTable name, LocalDate day, List<FileScanTask> tasks) {
        Map<String, List<DeleteFile>> deletes = new HashMap<>();
        tasks.forEach(task -> deletes.put(task.file().location(), task.deletes()));
        return DayPlan.of(
                name,
                day,
                tasks.stream().map(FileScanTask::file).toList(),
                deletes,
                rules.targetBytes());
    }

    /** What others have partitioned anew is left to them. */
    private static boolean isPartitionedByDay(FileScanTask task, LakeTable name, Table table) {
        PartitionSpec spec = task.spec();
        return spec.specId() == table.spec().specId() && spec.compatibleWith(name.spec());
    }

    private static LocalDate day(DataFile file) {
        return LocalDate.ofEpochDay(file.partition().get(0, Integer.class));
    }

    private static String dayColumn(LakeTable name) {
        return name.schema().columns().get(name.dayColumn()).name();
    }

    private static long micros(LocalDate day) {
        return Math.multiplyExact(day.toEpochDay(), MICROS_PER_DAY);
    }

    private CompactedDay compact(DayPlan plan, Table table) {
        long planned = table.currentSnapshot().snapshotId();
        DayRewrite rewrite = new DayRewrite(table, plan.table(), plan.deletes());
        boolean written = false;
        try {
            List<DataFile> made = rewrite.write(plan.bins());
            try (LakeLock.Held held = lock.acquire()) {
                held.check();
                written = true;
                new ReplaceFiles(table, planned).commit(plan.replaced(), made, rewrite::abandon);
            }
            return plan.done(made);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot write " + plan.day() + " of " + table.name() + " again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for the job's commit", e);
        } finally {
            if (!written) {
                rewrite.abandon();
            }
        }
    }
}
