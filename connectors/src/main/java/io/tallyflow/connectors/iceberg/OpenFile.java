package io.tallyflow.connectors.iceberg;

import java.io.IOException;
import java.util.Optional;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.PartitionKey;
import org.apache.iceberg.Table;
import org.apache.iceberg.encryption.EncryptedOutputFile;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.io.OutputFileFactory;
import org.apache.iceberg.parquet.Parquet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A data file that is being written, and the log of its rows while that is short. */
final class OpenFile {

    private static final Logger LOG = LoggerFactory.getLogger(OpenFile.class);

    private final Table table;
    private final LakeTable name;
    private final DataWriter<LakeRecord> writer;
    private @Nullable RowLog log;

    OpenFile(Table table, LakeTable name, OutputFileFactory files, LakeRecord first)
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
        this.log = new RowLog(name);
    }

    /** Adds a row; once the log has passed its limit, it is given up. */
    void write(LakeRecord row, int logBytes) throws IOException {
        writer.write(row);
        RowLog current = log;
        if (current != null) {
            current.add(row);
            if (current.size() > logBytes) {
                current.close();
                log = null;
            }
        }
    }

    /** Whether the file must be handed over at the next barrier: its rows lie nowhere else. */
    boolean isOverdue() {
        return log == null;
    }

    /** What state must hold of it; nothing once it is overdue. */
    Optional<byte[]> log() throws IOException {
        return log == null ? Optional.empty() : Optional.of(log.snapshot());
    }

    LakeFile close() throws IOException {
        writer.close();
        closeLog();
        return new LakeFile(
                name.tableName(), ContentFileParser.toJson(writer.toDataFile(), table.spec()));
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
