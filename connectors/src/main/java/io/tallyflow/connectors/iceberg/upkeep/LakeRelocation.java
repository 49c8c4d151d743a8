package io.tallyflow.connectors.iceberg.upkeep;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LocalFileIO;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Takes a local warehouse that was moved or copied for what it is at its new place. Iceberg names
 * every file by its full path, so metadata, manifest lists and manifests are written anew, beside
 * the old ones; data files stay as they are. The catalog changes at the end, for all tables at
 * once: killed before, nothing has happened. Nothing outside the new place is read or written.
 *
 * <p>Where a table comes from its own location tells: a directory that was killed on the way, and
 * then moved once more, may remember a place that its tables have left already.
 */
public final class LakeRelocation {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final String from;
    private final String to;

    /**
     * @param from location of the warehouse as the catalog names it, such as {@code
     *     file:///old/warehouse}
     * @param to where it is
     */
    public LakeRelocation(String from, String to) {
        this.from = from + "/";
        this.to = to + "/";
    }

    private record Move(String table, String before, String after) {}

    /**
     * Does it, with nobody else at the catalog.
     *
     * @param connection to the database of the catalog, whose tables are in schema {@code
     *     tallyflow}
     * @return how many tables were taken over; 0 if all were before
     * @throws IOException if a file is missing, or the lake is in another place than it should be
     */
    public int run(Connection connection) throws SQLException, IOException {
        Map<String, String> known = catalog(connection);
        List<Move> moves = new ArrayList<>();
        List<MovedManifests> replaced = new ArrayList<>();
        for (Map.Entry<String, String> table : known.entrySet()) {
            if (!table.getValue().startsWith(to)) {
                LakeRelocation here = ofTable(table.getKey(), table.getValue());
                MovedManifests manifests = new MovedManifests(here);
                replaced.add(manifests);
                moves.add(
                        new Move(
                                table.getKey(),
                                table.getValue(),
                                here.rewritten(table.getValue(), manifests)));
            }
        }
        connection.setAutoCommit(false);
        for (Move move : moves) {
            point(connection, move);
        }
        connection.commit();
        for (MovedManifests manifests : replaced) {
            manifests.deleteReplaced();
        }
        return moves.size();
    }

    /** From the warehouse that its location names, if that is where the catalog puts tables. */
    private LakeRelocation ofTable(String table, String metadata) {
        int end = metadata.lastIndexOf("/" + LakeTable.NAMESPACE + "/" + table + "/metadata/");
        return end < 0 ? this : new LakeRelocation(metadata.substring(0, end), withoutSlash(to));
    }

    private static String withoutSlash(String folder) {
        return folder.substring(0, folder.length() - 1);
    }

    private static Map<String, String> catalog(Connection connection) throws SQLException {
        Map<String, String> tables = new LinkedHashMap<>();
        try (PreparedStatement exists =
                        connection.prepareStatement(
                                "select to_regclass('tallyflow.iceberg_tables') is not null");
                ResultSet answer = exists.executeQuery()) {
            if (!answer.next() || !answer.getBoolean(1)) {
                return tables;
            }
        }
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        select table_name, metadata_location from tallyflow.iceberg_tables
                        where catalog_name = ? and table_namespace = ? order by table_name
                        """)) {
            statement.setString(1, LakeTable.NAMESPACE);
            statement.setString(2, LakeTable.NAMESPACE);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    tables.put(row.getString(1), row.getString(2));
                }
            }
        }
        return tables;
    }

    private static void point(Connection connection, Move move) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement(
                        """
                        update tallyflow.iceberg_tables
                        set metadata_location = ?, previous_metadata_location = null
                        where catalog_name = ? and table_namespace = ? and table_name = ?
                          and metadata_location = ?
                        """)) {
            statement.setString(1, move.after());
            statement.setString(2, LakeTable.NAMESPACE);
            statement.setString(3, LakeTable.NAMESPACE);
            statement.setString(4, move.table());
            statement.setString(5, move.before());
            if (statement.executeUpdate() != 1) {
                throw new SQLException(
                        "somebody else changed table " + move.table() + " meanwhile");
            }
        }
    }

    private String rewritten(String metadata, MovedManifests manifests) throws IOException {
        Path file = LocalFileIO.path(moved(metadata));
        JsonNode table = moved(JSON.readTree(file.toFile()));
        for (JsonNode snapshot : table.withArray("snapshots")) {
            ((ObjectNode) snapshot)
                    .put("manifest-list", manifests.list(snapshot.get("manifest-list").asText()));
        }
        Path fresh = file.resolveSibling(nextName(file.getFileName().toString()));
        Files.write(fresh, JSON.writeValueAsBytes(table));
        String folder = moved(metadata);
        return folder.substring(0, folder.lastIndexOf('/') + 1) + fresh.getFileName();
    }

    /** Catalogs count the versions of a table in the names of these files. */
    private static String nextName(String name) {
        int version = Integer.parseInt(name.substring(0, name.indexOf('-')));
        return "%05d-%s.metadata.json".formatted(version + 1, UUID.randomUUID());
    }

    private JsonNode moved(JsonNode node) {
        if (node.isTextual()) {
            String text = node.asText();
            return text.startsWith(from) ? new TextNode(to + text.substring(from.length())) : node;
        }
        if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                array.set(i, moved(array.get(i)));
            }
        } else if (node instanceof ObjectNode object) {
            object.properties().forEach(member -> member.setValue(moved(member.getValue())));
        }
        return node;
    }

    /** What a location has become. */
    String moved(String location) throws IOException {
        if (location.startsWith(to)) {
            return location;
        }
        if (!location.startsWith(from)) {
            throw new IOException(
                    location + " is not in the warehouse that was moved, which was " + from);
        }
        return to + location.substring(from.length());
    }
}
