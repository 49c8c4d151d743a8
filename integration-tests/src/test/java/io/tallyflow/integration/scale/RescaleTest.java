package io.tallyflow.integration.scale;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** As {@link RescaleIT}, with a short past. */
final class RescaleTest {

    private static final long IDENTITIES = 200_000;

    @TempDir private Path directory;

    @Test
    @Timeout(180)
    void knowsEveryIdentityAtEveryParallelism() throws Exception {
        try (Rescaling rescaling = new Rescaling(directory, IDENTITIES)) {
            rescaling.through(1, 3, 2);
        }
    }
}
