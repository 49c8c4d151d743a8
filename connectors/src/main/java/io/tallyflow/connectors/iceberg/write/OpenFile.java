package io.tallyflow.connectors.iceberg.write;

import io.tallyflow.connectors.iceberg.table.DataFiles;
import io.tallyflow.connectors.iceberg.table.LakeFile;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.io.IOException;
import java.util.Optional;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Table;
import org.apache.iceberg.encryption.EncryptedOutputFile;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data file that is being written, and the log of its rows while that is short. A file that gets
 * many rows between two barriers is not worth a log: it is handed over at each, large enough.
 */
final class OpenFile {

    private static final Logger LOG = LoggerFactory.getLogger(OpenFile.class);

    /** Rows between two barriers from which on a log costs more than a file per checkpoint. */
    static final int RUSH_ROWS = 50_000;

    private final Table table;
    private final LakeTable name;
    private final DataWriter<LakeRecord> writer;
    private @Nullable RowLog log;
    private long rowsSinceBarrier;

    /**
     * Opens a file for the day of a row, which is yet to be written.
     *
     * @param logged whether rows are logged; if not, the file is overdue from the start
     */
    OpenFile(Table table, LakeTable name, OutputFileFactory files, LakeRecord first, boolean logged)
            throws IOException {
        this.table = table;
        this.name = name;
        PartitionKey day = new PartitionKey(table.spec(), table.schema());
        day.partition(first);
        EncryptedOutputFile file = files.newOutputFile(day);
        this.writer =
                Parquet.writeData(file)
                        .forTable(table)
                        .schema(name.schema())
                        .withPartition(day)
                        .createWriterFunc(LakeRecordWriter::of)
                        .build();
        this.log = logged ? new RowLog(name) : null;
    }

    /** Adds a row; once the log has passed its limit, it is given up. */
    void write(LakeRecord row, int logBytes) throws IOException {
        writer.write(row);
        rowsSinceBarrier++;
        RowLog current = log;
        if (current != null) {
            current.add(row);
            if (current.size() > logBytes) {
                current.close();
                log = null;
            }
        }
    }

    /** Whether so many rows came since the last barrier that the next ones need no log. */
    boolean isRushed() {
        return rowsSinceBarrier >= RUSH_ROWS;
    }

    /**
     * Whether the file must be handed over at the next barrier: its rows lie nowhere else, or their
     * log would cost too much.
     */
    boolean isOverdue() {
        return log == null || isRushed();
    }

    /** The file stays open across a barrier. */
    void passBarrier() {
        rowsSinceBarrier = 0;
    }

    /** What state must hold of it; nothing once it is overdue. */
    Optional<byte[]> log() throws IOException {
        return log == null ? Optional.empty() : Optional.of(log.snapshot());
    }

    LakeFile close() throws IOException {
        writer.close();
        closeLog();
        return DataFiles.describe(writer.toDataFile(), name.tableName(), table);
    }

    /** Throws the file away. */
    void abandon() {
        closeLog();
        try {
            writer.close();
            table.io().deleteFile(writer.toDataFile().location());
        } catch (IOException | RuntimeException e) {
            // An orphan is swept later; the failure that led here must stay the first.
            LOG.debug("an unfinished file of {} stays behind", name.tableName(), e);
        }
    }

    private void closeLog() {
        if (log != null) {
            log.close();
            log = null;
        }
    }
}
