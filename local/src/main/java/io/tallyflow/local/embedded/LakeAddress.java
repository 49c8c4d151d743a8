package io.tallyflow.local.embedded;

import io.tallyflow.connectors.directory.Directories;
import io.tallyflow.connectors.iceberg.table.CatalogTexts;
import io.tallyflow.connectors.iceberg.table.LakeConnection;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The embedded lake: files in a folder, and its catalog in the Postgres of the results. */
public final class LakeAddress {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private LakeAddress() {}

    /**
     * How to reach it, for everybody but the job.
     *
     * @param postgresUrl JDBC URL without user and password
     */
    public static LakeOptions options(
            String postgresUrl,
            String postgresUser,
            @Nullable String postgresPassword,
            Path warehouse) {
        return LakeConnection.options(
                CatalogTexts.NONE
                        .withKind("jdbc")
                        .withUri(catalogUrl(postgresUrl))
                        .withUser(postgresUser)
                        .withWarehouse(Directories.location(warehouse)),
                "",
                postgresPassword == null
                        ? Map.of()
                        : Map.of(LakeConnection.PASSWORD_VARIABLE, postgresPassword),
                PATIENCE);
    }

    /** The catalog's tables stand beside ours: whoever may make a schema may make them there. */
    public static String catalogUrl(String postgresUrl) {
        return postgresUrl + (postgresUrl.contains("?") ? "&" : "?") + "currentSchema=tallyflow";
    }
}
