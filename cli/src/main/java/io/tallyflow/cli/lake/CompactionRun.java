package io.tallyflow.cli.lake;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.upkeep.CompactedDay;
import io.tallyflow.connectors.iceberg.upkeep.CompactionRules;
import io.tallyflow.connectors.iceberg.upkeep.LakeCompaction;
import io.tallyflow.connectors.iceberg.upkeep.LakeOrphans;
import io.tallyflow.results.FirstCause;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.TextTable;
import io.tallyflow.results.TextTable.Column;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.iceberg.exceptions.CommitStateUnknownException;
import org.apache.iceberg.exceptions.NoSuchTableException;

/** Compacts a whole lake and says what becomes of each day. */
record CompactionRun(Lake lake, CompactionRules rules, boolean dryRun, PrintWriter out) {

    private static final List<Column> COLUMNS =
            List.of(
                    Column.text("table"),
                    Column.text("day"),
                    Column.number("files"),
                    Column.number("after"),
                    Column.number("bytes"),
                    Column.number("after"),
                    Column.number("rows"));

    /**
     * Does it; each day that is printed is done for good.
     *
     * @throws RequestFailedException if a table cannot be read or written
     * @throws NoSuchTableException if there is no lake
     */
    void run() {
        LakeCompaction compaction = new LakeCompaction(lake, rules);
        try {
            compact(compaction);
            sweep();
        } catch (NoSuchTableException e) {
            throw e;
        } catch (CommitStateUnknownException e) {
            throw new RequestFailedException(
                    "the catalog did not say whether it made the last change ("
                            + FirstCause.of(e)
                            + "): run the command again",
                    e);
        } catch (RuntimeException e) {
            throw new RequestFailedException(
                    "the lake cannot be compacted: " + FirstCause.of(e), e);
        }
    }

    private void compact(LakeCompaction compaction) {
        LocalDate limit = compaction.closedBefore();
        if (limit == null) {
            say("nothing to compact: the lake does not say yet until when windows have settled");
            return;
        }
        List<CompactedDay> planned = new ArrayList<>();
        for (LakeTable table : LakeTable.values()) {
            planned.addAll(compaction.plan(table));
        }
        if (planned.isEmpty()) {
            say("nothing to compact in days before " + limit);
        } else {
            compact(compaction, planned);
        }
        if (!dryRun) {
            for (LakeTable table : LakeTable.values()) {
                compaction.expire(table);
            }
        }
    }

    private void compact(LakeCompaction compaction, List<CompactedDay> planned) {
        TextTable table =
                TextTable.fitting(COLUMNS, planned.stream().map(CompactionRun::row).toList());
        say(table.header());
        for (CompactedDay day : planned) {
            CompactedDay done = dryRun ? day : compaction.compact(day.table(), day.day());
            if (done != null) {
                say(table.line(row(done)));
            }
        }
    }

    private static List<String> row(CompactedDay day) {
        return List.of(
                day.table().tableName(),
                day.day().toString(),
                Integer.toString(day.filesBefore()),
                Integer.toString(day.filesAfter()),
                Long.toString(day.bytesBefore()),
                Objects.toString(day.bytesAfter(), ""),
                Long.toString(day.rows()));
    }

    private void sweep() {
        LakeOrphans orphans = new LakeOrphans(lake);
        for (LakeTable table : LakeTable.values()) {
            List<Path> found = orphans.find(table);
            if (!dryRun) {
                LakeOrphans.remove(found);
            }
            found.forEach(
                    file ->
                            say(
                                    (dryRun ? "would remove " : "removed ")
                                            + file
                                            + ", which belongs to no table"));
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
