package io.tallyflow.connectors.iceberg.upkeep;

import io.tallyflow.connectors.iceberg.table.DataFiles;
import io.tallyflow.connectors.iceberg.table.DeletedRows;
import io.tallyflow.connectors.iceberg.table.FreshFiles;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;

/**
 * Writes the rows of each bin of a day into one file, all columns of them. Rows are sorted as far
 * as memory goes: a file is made of one or more sorted runs.
 */
final class DayRewrite {

    /** Beside the row group that the writer holds. */
    private static final long RUN_BYTES = 256L * 1024 * 1024;

    private final Table table;
    private final RowOrder order;
    private final Map<String, List<DeleteFile>> deletes;
    private final DeletedRows deleted;
    private final long runBytes;
    private final FreshFiles files;

    DayRewrite(Table table, LakeTable name, Map<String, List<DeleteFile>> deletes) {
        this(table, name, deletes, RUN_BYTES);
    }

    DayRewrite(Table table, LakeTable name, Map<String, List<DeleteFile>> deletes, long runBytes) {
        this.table = table;
        this.order = new RowOrder(name, table.schema());
        this.deletes = deletes;
        this.deleted = new DeletedRows(table);
        this.runBytes = runBytes;
        this.files = new FreshFiles(table);
    }

    /**
     * Writes the new files; they are in no table yet.
     *
     * @throws IllegalStateException if they do not hold as many rows as the old ones
     */
    List<DataFile> write(List<List<DataFile>> bins) throws IOException {
        List<DataFile> written = new ArrayList<>();
        for (List<DataFile> bin : bins) {
            DataFile file = writeOne(bin);
            long expected = rows(bin);
            if (file.recordCount() != expected) {
                throw new IllegalStateException(
                        file.location()
                                + " holds "
                                + file.recordCount()
                                + " rows, but the "
                                + bin.size()
                                + " files of "
                                + table.name()
                                + " that it is made of hold "
                                + expected);
            }
            written.add(file);
        }
        return written;
    }

    private List<DeleteFile> deletes(DataFile file) {
        return deletes.getOrDefault(file.location(), List.of());
    }

    /** Without those that others have deleted. */
    private long rows(List<DataFile> bin) {
        return bin.stream()
                .mapToLong(
                        file ->
                                deletes(file).isEmpty()
                                        ? file.recordCount()
                                        : deleted.count(deletes(file), file.location()))
                .sum();
    }

    private DataFile writeOne(List<DataFile> bin) throws IOException {
        String location = files.place(bin.get(0), "compacted");
        DataWriter<StructLike> writer = DataFiles.writer(bin.get(0), table, location);
        try (writer) {
            Run run = new Run(writer);
            for (DataFile file : bin) {
                try (CloseableIterable<StructLike> rows =
                        DataFiles.rowsLeft(file, deletes(file), table)) {
                    rows.forEach(run::add);
                }
            }
            run.end();
        }
        return writer.toDataFile();
    }

    /** Deletes what was written. */
    void abandon() {
        files.abandon();
    }

    private final class Run {
        private final DataWriter<StructLike> writer;
        private final List<StructLike> rows = new ArrayList<>();
        private long bytes;

        Run(DataWriter<StructLike> writer) {
            this.writer = writer;
        }

        void add(StructLike row) {
            rows.add(row);
            bytes += order.bytes(row);
            if (bytes > runBytes) {
                end();
            }
        }

        void end() {
            rows.sort(order);
            rows.forEach(writer::write);
            rows.clear();
            bytes = 0;
        }
    }
}
