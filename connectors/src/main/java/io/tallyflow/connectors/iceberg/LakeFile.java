package io.tallyflow.connectors.iceberg;

/**
 * A closed data file that is not part of its table yet.
 *
 * @param table name within the namespace
 * @param description the file as the REST catalog protocol describes it: path, here within the
 *     table's folder, partition, counts and bounds in JSON. Iceberg keeps that format readable over
 *     its versions, unlike serialized objects
 */
public record LakeFile(String table, String description) {}
