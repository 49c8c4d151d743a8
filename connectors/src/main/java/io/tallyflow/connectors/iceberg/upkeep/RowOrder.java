package io.tallyflow.connectors.iceberg.upkeep;

import io.tallyflow.connectors.iceberg.table.LakeTable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.types.Comparators;
import org.apache.iceberg.types.Types.NestedField;
import org.jspecify.annotations.Nullable;

/**
 * Rows by subject, then by the time that their day is taken from, then by all other columns in the
 * order of the table: equal rows in whatever order come out the same. Text is compared as UTF-8
 * bytes, what is missing comes first.
 */
final class RowOrder implements Comparator<StructLike> {

    /** What a value takes beside its text: object, reference, padding. */
    private static final int VALUE_BYTES = 48;

    private final int[] positions;
    private final List<Comparator<Object>> comparators = new ArrayList<>();

    RowOrder(LakeTable table, Schema schema) {
        List<NestedField> columns = new ArrayList<>();
        columns.add(schema.findField("subject"));
        columns.add(table.schema().columns().get(table.dayColumn()));
        for (NestedField column : schema.columns()) {
            // Columns that others added may be of types without an order.
            if (!columns.contains(column) && column.type().isPrimitiveType()) {
                columns.add(column);
            }
        }
        positions = columns.stream().mapToInt(schema.columns()::indexOf).toArray();
        columns.forEach(
                column ->
                        comparators.add(
                                Comparator.nullsFirst(
                                        Comparators.forType(column.type().asPrimitiveType()))));
    }

    @Override
    public int compare(StructLike one, StructLike other) {
        for (int i = 0; i < positions.length; i++) {
            int order =
                    comparators
                            .get(i)
                            .compare(value(one, positions[i]), value(other, positions[i]));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** How much memory a row takes, roughly. */
    long bytes(StructLike row) {
        long bytes = VALUE_BYTES;
        for (int i = 0; i < row.size(); i++) {
            bytes += VALUE_BYTES;
            if (value(row, i) instanceof CharSequence text) {
                bytes += 2L * text.length();
            }
        }
        return bytes;
    }

    private static @Nullable Object value(StructLike row, int position) {
        return row.get(position, Object.class);
    }
}
