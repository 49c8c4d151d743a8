package io.tallyflow.connectors.postgres.schema;

import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Set;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes partitions when nobody is in the way. While it waits for readers of default partitions all
 * commits wait for it; so each try waits for a moment only, and between tries everybody goes on.
 */
final class PartitionMaker {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionMaker.class);
    private static final int TRIES = 10;
    private static final Duration PAUSE = Duration.ofSeconds(5);

    /** SQLSTATEs of a lock that was not to be had in time, and of a circle of waiting. */
    private static final Set<String> IN_THE_WAY = Set.of("55P03", "40P01");

    private final Pause pause;

    PartitionMaker() {
        this(() -> Thread.sleep(PAUSE.toMillis()));
    }

    /** With something else to do between tries. */
    PartitionMaker(Pause pause) {
        this.pause = pause;
    }

    /** What is done between two tries. */
    interface Pause {
        void take() throws InterruptedException;
    }

    /**
     * As {@link Migrations#makePartitions}.
     *
     * @throws SQLException 55P03 if somebody was in the way at each try; the message says who
     */
    int make(DataSource database, LocalDate until) throws SQLException {
        for (int left = TRIES - 1; ; left--) {
            try {
                return tryOnce(database, until);
            } catch (SQLException e) {
                if (left == 0 || !IN_THE_WAY.contains(e.getSQLState())) {
                    throw e;
                }
                LOG.warn("{}; {} more tries", e.getMessage(), left);
                rest(e);
            }
        }
    }

    private static int tryOnce(DataSource database, LocalDate until) throws SQLException {
        return SchemaSession.run(
                database,
                "select tallyflow.make_partitions(?)",
                statement -> {
                    statement.setObject(1, until);
                    return Math.toIntExact(SchemaSession.number(statement));
                });
    }

    private void rest(SQLException failure) throws SQLException {
        try {
            pause.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw failure;
        }
    }
}
