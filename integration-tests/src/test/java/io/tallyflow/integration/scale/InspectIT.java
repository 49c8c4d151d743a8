package io.tallyflow.integration.scale;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.operations.state.StateReport;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A savepoint with five million identities, or as many as {@code -Dtallyflow.test.identities} says,
 * is looked into with the heap of a test, and how long that takes is printed.
 *
 * <pre>mvn verify -Pproofs -pl integration-tests -am -Dit.test=InspectIT -Dtest=None
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false</pre>
 */
final class InspectIT {

    private static final long IDENTITIES = Long.getLong("tallyflow.test.identities", 5_000_000);

    @TempDir private Path directory;

    @Test
    @Timeout(1_800)
    void countsEveryIdentityOfALargeSavepoint() throws Exception {
        try (Rescaling rescaling = new Rescaling(directory, IDENTITIES)) {
            rescaling.through(2);
            long start = System.nanoTime();
            StateReport report = StateReport.of(rescaling.savepoint().toString());
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            assertThat(report.identities().count()).isBetween(IDENTITIES, rescaling.events());
            System.out.printf(
                    "%d identities looked into in %d ms%n",
                    report.identities().count(), took.toMillis());
        }
    }
}
