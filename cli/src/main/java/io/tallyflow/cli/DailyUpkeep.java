package io.tallyflow.cli;

import io.tallyflow.connectors.postgres.schema.Upkeep;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the owner of the tables has to do once a day, while {@code up} runs for longer. */
final class DailyUpkeep {

    private static final Logger LOG = LoggerFactory.getLogger(DailyUpkeep.class);
    private static final Duration DAY = Duration.ofDays(1);

    private final PostgresAddress postgres;
    private final LongSupplier nanoTime;
    private long lastNanos;

    /** Was done just now. */
    DailyUpkeep(PostgresAddress postgres, LongSupplier nanoTime) {
        this.postgres = postgres;
        this.nanoTime = nanoTime;
        this.lastNanos = nanoTime.getAsLong();
    }

    /** Does it if a day has passed; what fails is done the next day, and nothing depends on it. */
    void runIfDue() {
        long now = nanoTime.getAsLong();
        if (now - lastNanos < DAY.toNanos()) {
            return;
        }
        lastNanos = now;
        try {
            Upkeep.Done done = Upkeep.run(postgres.dataSource());
            LOG.info(
                    "Daily upkeep: {} months made, {} commits left the history",
                    done.months(),
                    done.commits());
        } catch (SQLException e) {
            LOG.warn("Daily upkeep failed, and is tried again tomorrow", e);
        }
    }
}
