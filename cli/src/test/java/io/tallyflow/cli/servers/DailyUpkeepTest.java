package io.tallyflow.cli.servers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tallyflow.connectors.postgres.PostgresServer;
import io.tallyflow.connectors.postgres.schema.Upkeep;
import io.tallyflow.results.Question;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class DailyUpkeepTest {

    private static final String NEWEST_PARTITION =
            """
            select max(inhrelid::regclass::text) from pg_inherits
            where inhparent = 'tallyflow.usage_row'::regclass
              and inhrelid::regclass::text ~ '_\\d{4}_\\d\\d$'
            """;

    private PostgresServer.Database database;
    private DailyUpkeep upkeep;
    private String newest;
    private long now = -3;

    @BeforeEach
    void open() throws SQLException {
        database = PostgresServer.migrated();
        upkeep = new DailyUpkeep(() -> Upkeep.run(database.dataSource()), () -> now);
        pass(Duration.ofDays(1));
        upkeep.runIfDue();
        newest = newestPartition();
        for (String table : new String[] {"usage_row", "adjustment_row", "distinct_value"}) {
            execute("drop table " + newest.replace("usage_row", table));
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void isDoneOnceADay() throws SQLException {
        pass(Duration.ofDays(1).minusNanos(1));
        upkeep.runIfDue();
        assertThat(newestPartition()).isLessThan(newest);
        pass(Duration.ofNanos(1));
        upkeep.runIfDue();
        assertThat(newestPartition()).isEqualTo(newest);
    }

    @Test
    void isTriedAgainTheNextDayWhenItFailed() throws SQLException {
        execute("alter schema tallyflow rename to away");
        pass(Duration.ofDays(1));
        assertThatCode(upkeep::runIfDue).doesNotThrowAnyException();
        execute("alter schema away rename to tallyflow");
        upkeep.runIfDue();
        assertThat(newestPartition()).isLessThan(newest);
        pass(Duration.ofDays(1));
        upkeep.runIfDue();
        assertThat(newestPartition()).isEqualTo(newest);
    }

    @Test
    void isTriedAgainWhateverThrew() {
        AtomicInteger runs = new AtomicInteger();
        DailyUpkeep failing =
                new DailyUpkeep(
                        () -> {
                            runs.incrementAndGet();
                            throw new IllegalStateException("as a driver may");
                        },
                        () -> now);
        for (int day = 1; day <= 2; day++) {
            pass(Duration.ofDays(1));
            assertThatCode(failing::runIfDue).doesNotThrowAnyException();
            assertThat(runs).hasValue(day);
        }
    }

    @Test
    @Timeout(60)
    void holdsNobodyUpWhileItWaitsForPostgres() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        DailyUpkeep blocked =
                new DailyUpkeep(
                        () -> {
                            thread.set(Thread.currentThread());
                            begun.countDown();
                            awaitDeaf(never);
                            return new Upkeep.Done(0, 0);
                        },
                        () -> now += Duration.ofDays(1).toNanos());
        try (BackgroundThread running = blocked.start(Duration.ofMillis(1))) {
            begun.await();
            assertThat(running).isNotNull();
        }
        assertThat(thread.get().isDaemon()).isTrue();
        assertThat(thread.get().isAlive()).isTrue();
        never.countDown();
        thread.get().join();
    }

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private String newestPartition() throws SQLException {
        try (Connection connection = database.dataSource().getConnection()) {
            return new Question<>(NEWEST_PARTITION, row -> row.getString(1)).one(connection);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** As a driver waits: an interrupt does not end it. */
    private static void awaitDeaf(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException deaf) {
                // Goes on waiting.
            }
        }
    }
}
