package io.tallyflow.connectors.iceberg.table;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.FileFormat;
import org.apache.iceberg.Schema;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.parquet.InternalReader;
import org.apache.iceberg.deletes.Deletes;
import org.apache.iceberg.deletes.PositionDeleteIndex;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DeleteSchemaUtil;
import org.apache.iceberg.parquet.Parquet;
import org.apache.iceberg.types.Types;
import org.apache.iceberg.util.StructLikeSet;
import org.apache.iceberg.util.StructProjection;

/**
 * Which rows of data files other engines have deleted, by delete files of format version 2: by
 * position, or by the values of columns. Iceberg says which delete files are meant for a data file;
 * the stream itself writes none.
 */
public final class DeletedRows {

    private final Table table;

    public DeletedRows(Table table) {
        this.table = table;
    }

    /** Columns that must be read to know whether a row is deleted. */
    Schema withNeeded(Schema projection, List<DeleteFile> deletes) {
        List<Types.NestedField> fields = new ArrayList<>(projection.columns());
        for (DeleteFile delete : deletes) {
            for (Types.NestedField field : equalityColumns(delete)) {
                if (!fields.contains(field)) {
                    fields.add(field);
                }
            }
        }
        return new Schema(fields);
    }

    /**
     * What is left of a data file.
     *
     * @param rows all of the file, in its order, with {@link #withNeeded} columns
     * @param schema of those
     */
    CloseableIterable<StructLike> without(
            List<DeleteFile> deletes,
            String location,
            Schema schema,
            CloseableIterable<StructLike> rows) {
        if (deletes.isEmpty()) {
            return rows;
        }
        PositionDeleteIndex positions = PositionDeleteIndex.empty();
        Map<Schema, StructLikeSet> values = new LinkedHashMap<>();
        Map<Set<Integer>, Schema> known = new LinkedHashMap<>();
        for (DeleteFile delete : deletes) {
            if (delete.equalityFieldIds() == null || delete.equalityFieldIds().isEmpty()) {
                PositionDeleteIndex more = positions(delete, location);
                if (positions.isEmpty()) {
                    positions = more;
                } else {
                    positions.merge(more);
                }
            } else {
                Schema columns =
                        known.computeIfAbsent(
                                new TreeSet<>(delete.equalityFieldIds()),
                                ids -> new Schema(equalityColumns(delete)));
                values.computeIfAbsent(columns, key -> StructLikeSet.create(key.asStruct()))
                        .addAll(values(delete, columns));
            }
        }
        return CloseableIterable.filter(rows, new Kept(positions, values, schema)::next);
    }

    private List<Types.NestedField> equalityColumns(DeleteFile delete) {
        if (delete.equalityFieldIds() == null) {
            return List.of();
        }
        List<Types.NestedField> columns = new ArrayList<>();
        for (int id : new TreeSet<>(delete.equalityFieldIds())) {
            Types.NestedField field = table.schema().findField(id);
            if (field == null) {
                throw new UnreadableDeletesException(
                        delete.location()
                                + " deletes rows by column "
                                + id
                                + ", which "
                                + table.name()
                                + " no longer has");
            }
            columns.add(field);
        }
        return columns;
    }

    private PositionDeleteIndex positions(DeleteFile delete, String location) {
        return Deletes.toPositionIndex(
                location, read(delete, DeleteSchemaUtil.pathPosSchema()), delete);
    }

    private StructLikeSet values(DeleteFile delete, Schema columns) {
        return Deletes.toEqualitySet(read(delete, columns), columns.asStruct());
    }

    private CloseableIterable<StructLike> read(DeleteFile delete, Schema columns) {
        requireParquet(delete);
        return Parquet.read(table.io().newInputFile(delete.location()))
                .project(columns)
                .createReaderFunc(type -> InternalReader.create(columns, type))
                .build();
    }

    /**
     * Looks whether delete files can be read, without reading them.
     *
     * @throws UnreadableDeletesException if not
     */
    public void requireReadable(List<DeleteFile> deletes) {
        deletes.forEach(this::requireParquet);
        deletes.forEach(this::equalityColumns);
    }

    private void requireParquet(DeleteFile delete) {
        if (delete.format() != FileFormat.PARQUET) {
            throw new UnreadableDeletesException(
                    "rows of "
                            + table.name()
                            + " were deleted by "
                            + delete.location()
                            + ", and delete files of format "
                            + delete.format()
                            + " cannot be read here. Rewrite the table without it");
        }
    }

    /** How many rows of a data file are left. */
    public long count(List<DeleteFile> deletes, String location) {
        Schema schema = withNeeded(new Schema(table.schema().columns().get(0)), deletes);
        long count = 0;
        try (CloseableIterable<StructLike> rows =
                without(deletes, location, schema, allRows(location, schema))) {
            for (StructLike ignored : rows) {
                count++;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + location, e);
        }
        return count;
    }

    private CloseableIterable<StructLike> allRows(String location, Schema schema) {
        return Parquet.read(table.io().newInputFile(location))
                .project(schema)
                .createReaderFunc(type -> InternalReader.create(schema, type))
                .build();
    }

    /** Sees the rows of a file one after the other. */
    private static final class Kept {
        private final PositionDeleteIndex positions;
        private final Map<StructProjection, StructLikeSet> values = new LinkedHashMap<>();
        private long position;

        Kept(PositionDeleteIndex positions, Map<Schema, StructLikeSet> values, Schema schema) {
            this.positions = positions;
            values.forEach(
                    (columns, deleted) ->
                            this.values.put(
                                    StructProjection.create(schema.asStruct(), columns.asStruct()),
                                    deleted));
        }

        boolean next(StructLike row) {
            if (positions.isDeleted(position++)) {
                return false;
            }
            for (Map.Entry<StructProjection, StructLikeSet> deleted : values.entrySet()) {
                if (deleted.getValue().contains(deleted.getKey().wrap(row))) {
                    return false;
                }
            }
            return true;
        }
    }
}
