package io.tallyflow.integration.scale;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Five million identities in state, or as many as {@code -Dtallyflow.test.identities} says, go from
 * one worker to three and then to two.
 *
 * <pre>mvn verify -Pproofs -pl integration-tests -am -Dit.test=RescaleIT -Dtest=None
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false</pre>
 */
final class RescaleIT {

    private static final long IDENTITIES = Long.getLong("tallyflow.test.identities", 5_000_000);

    @TempDir private Path directory;

    @Test
    @Timeout(1_800)
    void knowsEveryIdentityAtEveryParallelism() throws Exception {
        try (Rescaling rescaling = new Rescaling(directory, IDENTITIES)) {
            rescaling.through(1, 3, 2);
        }
    }
}
