package io.tallyflow.connectors.iceberg.table;

/**
 * A closed data file that is not part of its table yet.
 *
 * @param table name within the namespace
 * @param description the file as the REST catalog protocol describes it: path, here within the
 *     table's folder, partition, counts and bounds in JSON. Iceberg keeps that format readable over
 *     its versions, unlike serialized objects
 * @param beforeStart whether its rows come from the state of a start that may rewind. A table that
 *     was beyond that state has them already, maybe in other files
 */
public record LakeFile(String table, String description, boolean beforeStart) {

    /** The same file, its rows being those of a state. */
    public LakeFile ofState() {
        return new LakeFile(table, description, /* beforeStart= */ true);
    }
}
