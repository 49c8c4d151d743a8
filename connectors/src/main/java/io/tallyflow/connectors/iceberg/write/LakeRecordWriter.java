package io.tallyflow.connectors.iceberg.write;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.util.ArrayList;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.parquet.ParquetValueWriter;
import org.apache.iceberg.parquet.ParquetValueWriters;
import org.apache.iceberg.types.Types;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.schema.MessageType;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows into Parquet as they are. Iceberg's own writer takes texts as strings and encodes
 * each with a charset encoder, which costs more than all the rest.
 */
final class LakeRecordWriter extends ParquetValueWriters.StructWriter<LakeRecord> {

    private LakeRecordWriter(List<ParquetValueWriter<?>> columns) {
        super(columns);
    }

    static ParquetValueWriter<LakeRecord> of(Schema schema, MessageType type) {
        List<ColumnDescriptor> descriptors = type.getColumns();
        List<ParquetValueWriter<?>> columns = new ArrayList<>();
        for (Types.NestedField column : schema.columns()) {
            columns.add(column(column, descriptors.get(columns.size())));
        }
        return new LakeRecordWriter(columns);
    }

    private static ParquetValueWriter<?> column(
            Types.NestedField column, ColumnDescriptor descriptor) {
        ParquetValueWriter<?> values = values(column, descriptor);
        return column.isRequired()
                ? values
                : ParquetValueWriters.option(
                        descriptor.getPrimitiveType(), descriptor.getMaxDefinitionLevel(), values);
    }

    private static ParquetValueWriter<?> values(
            Types.NestedField column, ColumnDescriptor descriptor) {
        return switch (column.type().typeId()) {
            case STRING, LONG, TIMESTAMP, INTEGER -> ParquetValueWriters.unboxed(descriptor);
            case DECIMAL ->
                    ParquetValueWriters.decimalAsFixed(
                            descriptor, LakeTable.PRECISION, LakeTable.SCALE);
            default -> throw new IllegalStateException("a column of type " + column.type());
        };
    }

    @Override
    protected @Nullable Object get(LakeRecord row, int position) {
        return row.value(position);
    }
}
