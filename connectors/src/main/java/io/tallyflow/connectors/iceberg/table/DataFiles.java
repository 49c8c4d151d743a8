package io.tallyflow.connectors.iceberg.table;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.UUID;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.DeleteFile;
import org.apache.iceberg.StructLike;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.parquet.InternalReader;
import org.apache.iceberg.data.parquet.InternalWriter;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.io.DataWriter;
import org.apache.iceberg.parquet.Parquet;

/** Data files by their descriptions. */
public final class DataFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private DataFiles() {}

    /** Files of the table by where they lie in it: state fits the table wherever that is. */
    public static LakeFile describe(DataFile file, String name, Table table) {
        String folder = table.location() + "/";
        String place = file.location();
        DataFile placed =
                place.startsWith(folder) ? at(place.substring(folder.length()), file, table) : file;
        return new LakeFile(
                name, ContentFileParser.toJson(placed, table.spec()), /* beforeStart= */ false);
    }

    public static DataFile read(LakeFile file, Table table) {
        try {
            DataFile read =
                    (DataFile)
                            ContentFileParser.fromJson(
                                    JSON.readTree(file.description()), table.specs());
            String place = read.location();
            return place.matches("/.*|[A-Za-z][A-Za-z0-9+.-]*:/.*")
                    ? read
                    : at(table.location() + "/" + place, read, table);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(
                    "a file of " + file.table() + " is described in no way known", e);
        }
    }

    private static DataFile at(String place, DataFile file, Table table) {
        return org.apache.iceberg.DataFiles.builder(table.specs().get(file.specId()))
                .copy(file)
                .withPath(place)
                .build();
    }

    /** All rows of a file with all columns of the table, in the types that Iceberg uses inside. */
    public static CloseableIterable<StructLike> rows(DataFile file, Table table) {
        return Parquet.read(table.io().newInputFile(file.location()))
                .project(table.schema())
                .createReaderFunc(type -> InternalReader.create(table.schema(), type))
                .build();
    }

    /** The same without the rows that were deleted. */
    public static CloseableIterable<StructLike> rowsLeft(
            DataFile file, List<DeleteFile> deletes, Table table) {
        return new DeletedRows(table)
                .without(deletes, file.location(), table.schema(), rows(file, table));
    }

    /** Writes rows like those of {@link #rows} for the partition of another file. */
    public static DataWriter<StructLike> writer(DataFile like, Table table, String location)
            throws IOException {
        return Parquet.writeData(table.io().newOutputFile(location))
                .forTable(table)
                .withSpec(table.specs().get(like.specId()))
                .withPartition(like.partition())
                .createWriterFunc(InternalWriter::createWriter)
                .build();
    }

    /** A place for a file that holds rows of the same partition as another. */
    static String newLocation(DataFile like, Table table, String prefix) {
        String name = prefix + "-" + UUID.randomUUID() + ".parquet";
        return table.locationProvider()
                .newDataLocation(table.specs().get(like.specId()), like.partition(), name);
    }
}
