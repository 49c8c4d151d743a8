package io.tallyflow.cli.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tallyflow.connectors.iceberg.write.SmallLake;
import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.operations.counting.RunLimits;
import io.tallyflow.operations.voids.Correction;
import io.tallyflow.results.PostgresAddress;
import io.tallyflow.results.RequestFailedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class VoidWatchTest {

    private static final RunLimits LIMITS = new RunLimits(1, 1 << 20, 10);

    @TempDir private Path directory;

    @Test
    void triesAgainWhateverFailed() {
        AtomicInteger opened = new AtomicInteger();
        VoidWatch watch =
                new VoidWatch(
                        () -> {
                            opened.incrementAndGet();
                            throw new RequestFailedException("no lake");
                        });
        assertThatCode(watch::look).doesNotThrowAnyException();
        assertThatCode(watch::look).doesNotThrowAnyException();
        assertThat(opened).hasValue(2);
    }

    @Test
    void connectsAnewAfterAFailureAndOtherwiseOnce() throws Exception {
        try (PostgresServer.Database database = PostgresServer.migrated();
                SmallLake lake = new SmallLake(database, directory)) {
            AtomicInteger opened = new AtomicInteger();
            VoidWatch watch =
                    new VoidWatch(
                            () -> {
                                String user =
                                        opened.getAndIncrement() == 0 ? "nobody" : database.user();
                                return Correction.of(
                                        new PostgresAddress(database.url(), user, "wrong"),
                                        lake.options(),
                                        LIMITS);
                            });
            watch.look();
            watch.look();
            watch.look();
            assertThat(opened).hasValue(2);
        }
    }

    @Test
    @Timeout(60)
    void looksUntilItIsClosed() throws Exception {
        CountDownLatch thrice = new CountDownLatch(3);
        VoidWatch watch =
                new VoidWatch(
                        () -> {
                            thrice.countDown();
                            throw new RequestFailedException("no lake");
                        });
        try (BackgroundThread running = watch.start(Duration.ofMillis(1))) {
            thrice.await();
        }
    }
}
