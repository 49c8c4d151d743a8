package io.tallyflow.connectors.iceberg;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.apache.iceberg.ContentFileParser;
import org.apache.iceberg.DataFile;
import org.apache.iceberg.Table;

/** Data files by their descriptions. */
final class DataFiles {

    private static final ObjectMapper JSON = new ObjectMapper();

    private DataFiles() {}

    static DataFile read(LakeFile file, Table table) {
        try {
            return (DataFile)
                    ContentFileParser.fromJson(JSON.readTree(file.description()), table.specs());
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(
                    "a file of " + file.table() + " is described in no way known", e);
        }
    }

    /**
     * The same rows under another name. A file that a rewind has taken out of a table must not be
     * put in again: when its snapshot expires, Iceberg deletes it.
     */
    static LakeFile copy(LakeFile file, Table table) throws IOException {
        DataFile original = read(file, table);
        String name = "copy-" + UUID.randomUUID() + ".parquet";
        String location =
                table.locationProvider().newDataLocation(table.spec(), original.partition(), name);
        try (InputStream in = table.io().newInputFile(original.location()).newStream();
                OutputStream out = table.io().newOutputFile(location).create()) {
            in.transferTo(out);
        }
        DataFile copy =
                org.apache.iceberg.DataFiles.builder(table.spec())
                        .copy(original)
                        .withPath(location)
                        .build();
        return new LakeFile(file.table(), ContentFileParser.toJson(copy, table.spec()));
    }
}
