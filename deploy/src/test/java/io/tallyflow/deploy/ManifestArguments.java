package io.tallyflow.deploy;

import io.tallyflow.jobs.metering.MeteringOptions;
import io.tallyflow.jobs.metering.MeteringOptionsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads the options of a manifest as the job does. */
final class ManifestArguments {

    /** Where manifests put the catalog's properties. */
    static final String LAKE_PROPERTIES = "/opt/tallyflow/lake/lake.properties";

    /** Where manifests put the definitions. */
    static final String METERS = "/opt/tallyflow/meters/meters.yaml";

    private ManifestArguments() {}

    /**
     * The job's options.
     *
     * @param properties what is found at {@link #LAKE_PROPERTIES}
     * @throws IllegalArgumentException naming every problem
     */
    static MeteringOptions read(List<String> arguments, Path properties) throws IOException {
        List<String> here = new ArrayList<>(arguments);
        // The path that a container sees, replaced by the file that is mounted there.
        here.replaceAll(each -> each.equals(LAKE_PROPERTIES) ? properties.toString() : each);
        if (!Files.exists(properties) || here.equals(arguments)) {
            throw new IOException("no properties of the catalog are mounted");
        }
        return MeteringOptionsReader.read(here.toArray(new String[0]), Map.of());
    }
}
