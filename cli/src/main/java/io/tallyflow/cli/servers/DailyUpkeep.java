package io.tallyflow.cli.servers;

import io.tallyflow.connectors.postgres.schema.Upkeep;
import io.tallyflow.results.PostgresAddress;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the owner of the tables has to do once a day, while {@code up} runs for longer. On a thread
 * of its own, so that a Postgres that stands still holds up nothing else.
 */
final class DailyUpkeep {

    private static final Logger LOG = LoggerFactory.getLogger(DailyUpkeep.class);
    private static final Duration DAY = Duration.ofDays(1);

    private final Work work;
    private final LongSupplier nanoTime;
    private long lastNanos;

    /** Was done just now. */
    DailyUpkeep(Work work, LongSupplier nanoTime) {
        this.work = work;
        this.nanoTime = nanoTime;
        this.lastNanos = nanoTime.getAsLong();
    }

    /** What is done; that of a database is {@link #of}. */
    @FunctionalInterface
    interface Work {
        Upkeep.Done run() throws SQLException;
    }

    /** Of a database whose tables were just made or migrated. */
    static DailyUpkeep of(PostgresAddress postgres) {
        return new DailyUpkeep(() -> Upkeep.run(postgres.dataSource()), System::nanoTime);
    }

    /**
     * Does it whenever it is due, one at a time, until the result is closed.
     *
     * @param pace how often is looked whether it is
     */
    BackgroundThread start(Duration pace) {
        return BackgroundThread.start("daily-upkeep", this::runIfDue, pace);
    }

    /** Does it if a day has passed; what fails is done the next day, and nothing depends on it. */
    void runIfDue() {
        long now = nanoTime.getAsLong();
        if (now - lastNanos < DAY.toNanos()) {
            return;
        }
        lastNanos = now;
        try {
            Upkeep.Done done = work.run();
            LOG.info(
                    "Daily upkeep: {} months made, {} commits left the history",
                    done.months(),
                    done.commits());
        } catch (SQLException | RuntimeException e) {
            LOG.warn("Daily upkeep failed, and is tried again tomorrow", e);
        }
    }
}
