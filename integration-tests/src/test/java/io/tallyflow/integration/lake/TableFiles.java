package io.tallyflow.integration.lake;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The data files of an Iceberg table, found as the table format describes it: metadata, manifest
 * list, manifests.
 *
 * @param columns name and Iceberg type, in order
 * @param summary of the newest snapshot
 * @param files of the newest snapshot
 */
record TableFiles(Map<String, String> columns, Map<String, String> summary, List<Path> files) {

    private static final long DELETED = 2;
    private static final long DATA = 0;

    static TableFiles of(Path metadataFile) throws IOException {
        JsonNode metadata = new ObjectMapper().readTree(metadataFile.toFile());
        JsonNode snapshot = snapshot(metadata);
        Map<String, String> summary = new LinkedHashMap<>();
        List<Path> files = new ArrayList<>();
        if (snapshot != null) {
            snapshot.get("summary")
                    .fields()
                    .forEachRemaining(
                            entry -> summary.put(entry.getKey(), entry.getValue().asText()));
            files.addAll(live(path(snapshot.get("manifest-list").asText())));
        }
        return new TableFiles(columns(metadata), summary, files);
    }

    /** The newest metadata of a table in a warehouse folder. */
    static Path newestMetadata(Path table) throws IOException {
        try (var files = Files.list(table.resolve("metadata"))) {
            return files.filter(file -> file.toString().endsWith(".metadata.json"))
                    // Their names begin with a number of five digits.
                    .max((a, b) -> a.getFileName().compareTo(b.getFileName()))
                    .orElseThrow(() -> new IOException("no metadata in " + table));
        }
    }

    private static JsonNode snapshot(JsonNode metadata) {
        JsonNode current = metadata.get("current-snapshot-id");
        for (JsonNode snapshot : metadata.path("snapshots")) {
            if (current != null && snapshot.get("snapshot-id").asLong() == current.asLong()) {
                return snapshot;
            }
        }
        return null;
    }

    private static Map<String, String> columns(JsonNode metadata) {
        Map<String, String> columns = new LinkedHashMap<>();
        int current = metadata.get("current-schema-id").asInt();
        for (JsonNode schema : metadata.get("schemas")) {
            if (schema.get("schema-id").asInt() == current) {
                schema.get("fields")
                        .forEach(
                                field ->
                                        columns.put(
                                                field.get("name").asText(),
                                                field.get("type").asText()));
            }
        }
        return columns;
    }

    private static List<Path> live(Path manifestList) throws IOException {
        List<Path> files = new ArrayList<>();
        for (Map<String, Object> manifest : AvroFile.read(manifestList)) {
            Path manifestFile = path((String) manifest.get("manifest_path"));
            for (Map<String, Object> entry : AvroFile.read(manifestFile)) {
                if (!entry.get("status").equals(DELETED)) {
                    files.add(dataFile(AvroFile.map(entry.get("data_file"))));
                }
            }
        }
        return files;
    }

    private static Path dataFile(Map<String, Object> file) throws IOException {
        String path = (String) file.get("file_path");
        if (!file.get("content").equals(DATA)) {
            throw new IOException(path + " deletes rows, but the tables are append-only");
        }
        return path(path);
    }

    static Path path(String location) {
        // As DuckDB and others do, which decode nothing.
        return Path.of(location.replaceFirst("^file:(//(?=/))?", ""));
    }
}
