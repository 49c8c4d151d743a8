package io.tallyflow.connectors.iceberg;

import io.tallyflow.connectors.iceberg.commit.LakeFixture;
import io.tallyflow.connectors.iceberg.table.DataFiles;
import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.UUID;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.FileScanTask;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.avro.Avro;
import org.apache.iceberg.data.parquet.InternalWriter;
import org.apache.iceberg.deletes.EqualityDeleteWriter;
import org.apache.iceberg.deletes.PositionDelete;
import org.apache.iceberg.deletes.PositionDeleteWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.parquet.Parquet;

/** Deletes rows as Spark, Trino or Flink do, by delete files of format version 2. */
public record OutsideEngine(LakeFixture lake) {

    /** Deletes the event with an id where it stands. */
    public void deleteByPosition(String id) throws IOException {
        delete(id, FileFormat.PARQUET);
    }

    /** The same in a way that is not read here. */
    public void deleteInAvro(String id) throws IOException {
        delete(id, FileFormat.AVRO);
    }

    private void delete(String id, FileFormat format) throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            Table table = tables.table(LakeTable.EVENTS);
            int column = column(table, "id");
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                for (FileScanTask task : tasks) {
                    long position = 0;
                    try (CloseableIterable<StructLike> rows = DataFiles.rows(task.file(), table)) {
                        for (StructLike row : rows) {
                            if (id.equals(row.get(column, String.class))) {
                                commit(table, byPosition(table, task, position, format));
                            }
                            position++;
                        }
                    }
                }
            }
        }
    }

    private static DeleteFile byPosition(
            Table table, FileScanTask task, long position, FileFormat format) throws IOException {
        PositionDeleteWriter<StructLike> writer =
                format == FileFormat.AVRO
                        ? Avro.writeDeletes(newFile(table))
                                .withSpec(table.spec())
                                .withPartition(task.file().partition())
                                .overwrite()
                                .buildPositionWriter()
                        : Parquet.writeDeletes(newFile(table))
                                .withSpec(table.spec())
                                .withPartition(task.file().partition())
                                .overwrite()
                                .buildPositionWriter();
        try (writer) {
            writer.write(PositionDelete.<StructLike>create().set(task.file().location(), position));
        }
        return writer.toDeleteFile();
    }

    /** Deletes all events of some values, in each day that has files. */
    public void deleteByValue(Map<String, Object> values) throws IOException {
        try (Lake tables = Lake.open(lake.options())) {
            Table table = tables.table(LakeTable.EVENTS);
            Schema columns = table.schema().select(values.keySet());
            Map<Integer, FileScanTask> days = new java.util.HashMap<>();
            try (CloseableIterable<FileScanTask> tasks = table.newScan().planFiles()) {
                tasks.forEach(
                        task -> days.put(task.file().partition().get(0, Integer.class), task));
            }
            for (FileScanTask task : days.values()) {
                EqualityDeleteWriter<StructLike> writer =
                        Parquet.writeDeletes(newFile(table))
                                .rowSchema(columns)
                                .withSpec(table.spec())
                                .withPartition(task.file().partition())
                                .equalityFieldIds(
                                        columns.columns().stream()
                                                .mapToInt(field -> field.fieldId())
                                                .toArray())
                                .createWriterFunc(InternalWriter::createWriter)
                                .overwrite()
                                .buildEqualityWriter();
                try (writer) {
                    writer.write(
                            new Values(
                                    columns.columns().stream()
                                            .map(field -> values.get(field.name()))
                                            .toArray()));
                }
                commit(table, writer.toDeleteFile());
            }
        }
    }

    private static OutputFile newFile(Table table) {
        return table.io()
                .newOutputFile(
                        table.locationProvider()
                                .newDataLocation("deletes-" + UUID.randomUUID() + ".parquet"));
    }

    private static void commit(Table table, DeleteFile file) {
        table.refresh();
        table.newRowDelta().addDeletes(file).commit();
    }

    private static int column(Table table, String name) {
        return table.schema().columns().indexOf(table.schema().findField(name));
    }

    private record Values(Object... all) implements StructLike {
        @Override
        public int size() {
            return all.length;
        }

        @Override
        public <T> T get(int pos, Class<T> type) {
            return type.cast(all[pos]);
        }

        @Override
        public <T> void set(int pos, T value) {
            throw new UnsupportedOperationException(Arrays.toString(all));
        }
    }
}
