package io.tallyflow.cli.connect;

import io.tallyflow.connectors.iceberg.table.CatalogTexts;
import io.tallyflow.connectors.iceberg.table.LakeConnection;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.results.RequestFailedException;
import io.tallyflow.results.RequestRefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which lake a command reads beside the Postgres that it asks. */
public final class LakeOption {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @Option(
            names = "--lake-properties",
            paramLabel = "FILE",
            description =
                    "Properties of the Iceberg catalog, as the job gets them with"
                            + " --lake.properties. Without it, the lake of the servers that run on"
                            + " --data-dir.")
    private @Nullable Path lakeProperties;

    /**
     * The lake; null if none is named, and the servers told of none.
     *
     * @throws RequestRefusedException if the file does not say where it is
     */
    public @Nullable LakeOptions find(Connections connections, Map<String, String> environment) {
        if (lakeProperties == null) {
            return connections.warehouse() == null ? null : EmbeddedLake.of(connections);
        }
        return read(lakeProperties, environment);
    }

    /**
     * The lake.
     *
     * @param without what cannot be done if there is none
     * @throws RequestFailedException if none is named, and the servers told of none
     * @throws RequestRefusedException if the file does not say where it is
     */
    public LakeOptions required(
            Connections connections, Map<String, String> environment, String without) {
        LakeOptions found = find(connections, environment);
        if (found == null) {
            throw new RequestFailedException(
                    "nothing is known of a lake there, and without one "
                            + without
                            + ": name its catalog with --lake-properties, or the data directory of"
                            + " running servers with --data-dir");
        }
        return found;
    }

    /**
     * The lake that a file names.
     *
     * @throws RequestRefusedException if it does not say where it is
     */
    public static LakeOptions read(Path file, Map<String, String> environment) {
        try {
            return LakeConnection.options(
                    CatalogTexts.NONE, file.toString(), environment, PATIENCE);
        } catch (IllegalArgumentException e) {
            throw new RequestRefusedException("--lake-properties " + file + " " + e.getMessage());
        }
    }
}
