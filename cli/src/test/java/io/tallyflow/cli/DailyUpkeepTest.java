package io.tallyflow.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class DailyUpkeepTest {

    private static final String NEWEST_PARTITION =
            """
            select max(inhrelid::regclass::text) from pg_inherits
            where inhparent = 'tallyflow.usage_row'::regclass
              and inhrelid::regclass::text ~ '_\\d{4}_\\d{2}$'
            """;

    private PostgresServer.Database database;
    private DailyUpkeep upkeep;
    private String newest;
    private long now = -3;

    @BeforeEach
    void open() throws SQLException {
        database = PostgresServer.migrated();
        upkeep =
                new DailyUpkeep(
                        new PostgresAddress(database.url(), database.user(), null), () -> now);
        pass(Duration.ofDays(1));
        upkeep.runIfDue();
        newest = newestPartition();
        for (String table : List.of("usage_row", "adjustment_row", "distinct_value")) {
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

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private String newestPartition() throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(NEWEST_PARTITION)) {
            row.next();
            return row.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
