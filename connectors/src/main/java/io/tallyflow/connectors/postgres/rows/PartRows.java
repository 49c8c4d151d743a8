package io.tallyflow.connectors.postgres.rows;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one commit part writes beside the ledger, as Postgres takes it.
 *
 * @param layers names of the layers that the rows name by their places in this list
 */
public record PartRows(List<String> layers, Map<RowKind, RowBlock> blocks) {

    public PartRows {
        blocks = new EnumMap<>(blocks);
    }

    public RowBlock of(RowKind kind) {
        return blocks.getOrDefault(kind, new RowBlock(kind, 0, List.of()));
    }
}
