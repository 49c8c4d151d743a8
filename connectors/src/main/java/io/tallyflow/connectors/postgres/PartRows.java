package io.tallyflow.connectors.postgres;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What one commit part writes beside the ledger, as Postgres takes it.
 *
 * @param layers names of the layers that the rows name by their places in this list
 */
record PartRows(List<String> layers, Map<RowKind, RowBlock> blocks) {

    PartRows {
        blocks = new EnumMap<>(blocks);
    }

    RowBlock of(RowKind kind) {
        return blocks.getOrDefault(kind, new RowBlock(kind, 0, List.of()));
    }
}
