package io.tallyflow.integration.cluster;

import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.local.embedded.LakeAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.iceberg.CatalogProperties;

/**
 * Where a lake is put whose catalog is in the Postgres of the results.
 *
 * @param warehouse its address
 * @param jobOptions what the job needs to reach it
 * @param readerProperties of the catalog, for readers in this process
 */
record LakePlace(String warehouse, List<String> jobOptions, Map<String, String> readerProperties) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** In files. */
    static LakePlace of(Path warehouse) {
        return new LakePlace(warehouse.toUri().toString(), List.of(), Map.of());
    }

    /** How this process reads it. */
    LakeOptions read(String postgresUrl, String postgresUser) {
        Map<String, String> catalog =
                new HashMap<>(
                        LakeAddress.options(postgresUrl, postgresUser, null, Path.of(""))
                                .catalog());
        catalog.put(CatalogProperties.WAREHOUSE_LOCATION, warehouse);
        catalog.putAll(readerProperties);
        return LakeOptions.of(catalog, "metering", PATIENCE);
    }
}
