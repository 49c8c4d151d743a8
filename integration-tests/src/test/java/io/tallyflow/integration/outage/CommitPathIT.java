package io.tallyflow.integration.outage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults on the way from the broker to the committed total, on a running job, while usage is sent
 * and a reader looks. After each, without anybody's help: lanes and totals are the truth, no event
 * was made late by it ({@code adjusted} is 0 although no lateness is allowed), no task failed, and
 * no total that was once shown has gone down.
 *
 * <pre>mvn verify -Pproofs -pl integration-tests -am -Dit.test=CommitPathIT -Dtest=None
 *     -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false</pre>
 *
 * <p>{@code -Dtallyflow.test.rate=N} events per second, {@code -Dtallyflow.test.frozen=SECONDS}.
 */
@Timeout(600)
final class CommitPathIT {

    private static final int RATE = Integer.getInteger("tallyflow.test.rate", 500);
    private static final Duration FROZEN =
            Duration.ofSeconds(Integer.getInteger("tallyflow.test.frozen", 60));
    private static final Duration QUIET = Duration.ofSeconds(10);

    @TempDir private Path directory;

    /** Connections stay open and nothing answers: the commit waits, and is then made once. */
    @Test
    void survivesAFrozenPostgres() throws Exception {
        try (CommitPath path = new CommitPath(directory, RATE)) {
            path.run(QUIET);
            path.freezePostgres(FROZEN);
            path.run(QUIET);
            path.demandTruth();
        }
    }

    /** It works one tenth of the time: commits become rare and large, and all of them right. */
    @Test
    void survivesASlowPostgres() throws Exception {
        try (CommitPath path = new CommitPath(directory, RATE)) {
            path.run(QUIET);
            long before = path.commit();
            for (int second = 0; second < 60; second++) {
                path.freezePostgres(Duration.ofMillis(900));
                path.run(Duration.ofMillis(100));
            }
            assertThat(path.commit()).as("commits go on").isGreaterThan(before + 5);
            path.demandTruth();
        }
    }

    /**
     * Stopped in the middle of whatever it does, three times: what was not committed comes again.
     */
    @Test
    void survivesRestartsOfPostgres() throws Exception {
        try (CommitPath path = new CommitPath(directory, RATE)) {
            for (int restart = 0; restart < 3; restart++) {
                path.run(QUIET);
                path.restartPostgres(Duration.ofSeconds(8L * restart));
            }
            path.run(QUIET);
            path.demandTruth();
        }
    }

    /** Away for half a minute, and once more for a moment: the watermark waits for its backlog. */
    @Test
    void survivesRestartsOfTheBroker() throws Exception {
        try (CommitPath path = new CommitPath(directory, RATE)) {
            path.run(QUIET);
            path.restartKafka(Duration.ofSeconds(35));
            path.run(QUIET);
            path.restartKafka(Duration.ZERO);
            path.run(QUIET);
            path.demandTruth();
        }
    }
}
