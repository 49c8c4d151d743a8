package io.tallyflow.connectors.postgres.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.connectors.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Partitions are made while others read and write. */
@Timeout(120)
class PartitionsInUseTest {

    private static final String LOCK_AS_A_COMMIT_DOES =
            """
            set local lock_timeout = '30s';
            lock table only tallyflow.usage_row, only tallyflow.adjustment_row,
                only tallyflow.distinct_value in row exclusive mode;
            """;

    /** A window of this month and one that has no partition until it is made. */
    private static final String COMMIT =
            LOCK_AS_A_COMMIT_DOES
                    + """
            insert into tallyflow.usage_row (layer, cell, window_start, shard, readings, settled,
                commit)
            select 1, gen_random_uuid(), w, 0, 1, true, 1
            from unnest(array[date_trunc('hour', now()), tallyflow.partitions_until()]) w;
            insert into tallyflow.distinct_value (layer, cell, window_start, value_hash, value,
                commit)
            select 1, gen_random_uuid(), w, gen_random_uuid(), '', 1
            from unnest(array[date_trunc('hour', now()), tallyflow.partitions_until()]) w;
            """;

    private PostgresServer.Database database;
    private LocalDate next;

    @BeforeEach
    void create() throws SQLException {
        database = PostgresServer.migrated();
        next = LocalDate.parse(strings("select tallyflow.partitions_until()::date::text").get(0));
    }

    @AfterEach
    void drop() {
        database.close();
    }

    @Test
    void letsCommitsGoOnWhileSomebodySitsOnADefaultPartition() throws SQLException {
        try (Connection idle = database.connect()) {
            idle.setAutoCommit(false);
            execute(idle, "select * from tallyflow.usage");
            AtomicInteger pauses = new AtomicInteger();
            PartitionMaker maker =
                    new PartitionMaker(
                            () -> {
                                try {
                                    execute(COMMIT.replace("30s", "1ms"));
                                    if (pauses.incrementAndGet() == 2) {
                                        idle.rollback();
                                    }
                                } catch (SQLException e) {
                                    throw new IllegalStateException(e);
                                }
                            });
            assertThat(maker.make(database.dataSource(), next)).isEqualTo(1);
            assertThat(pauses).hasValue(2);
        }
    }

    @Test
    void saysInTheEndWhoWasInTheWay() throws SQLException {
        try (Connection idle = database.connect()) {
            idle.setAutoCommit(false);
            execute(idle, "set application_name = 'dashboard'");
            execute(idle, "select * from tallyflow.distinct_value_default");
            String pid = strings(idle, "select pg_backend_pid()::text").get(0);
            AtomicInteger pauses = new AtomicInteger();
            assertThatThrownBy(
                            () ->
                                    new PartitionMaker(pauses::incrementAndGet)
                                            .make(database.dataSource(), next))
                    .isInstanceOfSatisfying(
                            SQLException.class,
                            error -> assertThat(error.getSQLState()).isEqualTo("55P03"))
                    .hasMessageContaining("pid " + pid)
                    .hasMessageContaining("dashboard")
                    .hasMessageContaining("idle in transaction");
            assertThat(pauses).hasValue(9);
            assertThat(strings("select tallyflow.partitions_until()::date::text"))
                    .containsExactly(next.toString());
        }
    }

    @Test
    void givesUpRatherThanEndAReaderThatComesToTheTablesTheOtherWayRound() throws Exception {
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (Connection reader = database.connect()) {
            reader.setAutoCommit(false);
            execute(reader, "select * from tallyflow.usage_row_default");
            Future<Integer> made =
                    threads.submit(
                            () ->
                                    new PartitionMaker(Thread::yield)
                                            .make(database.dataSource(), next));
            awaitHolderOf("distinct_value_default");
            execute(reader, "select * from tallyflow.distinct_value_default");
            reader.rollback();
            assertThat(made.get()).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void buildsIndexesBeforeAnybodyWaitsAndLooksAtNoRowOfANewPartition() throws SQLException {
        execute(COMMIT);
        List<String> told = new ArrayList<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set client_min_messages = debug1");
            statement.execute("select tallyflow.make_partitions('" + next + "')");
            for (SQLWarning next = statement.getWarnings();
                    next != null;
                    next = next.getNextWarning()) {
                told.add(next.getMessage());
            }
        }
        List<String> steps =
                told.stream()
                        .filter(one -> one.matches("(building index|verifying|partition con).*"))
                        .map(one -> one.replaceAll("\"([a-z_]+?)_\\d.*", "$1").replace("\"", ""))
                        .filter(one -> !one.contains("pg_toast"))
                        .toList();
        assertThat(steps.subList(0, 8)).allMatch(one -> one.startsWith("building index"));
        assertThat(steps.subList(8, steps.size()))
                .containsExactly(
                        "partition constraint for table usage_row",
                        "verifying table usage_row_default",
                        "partition constraint for table adjustment_row",
                        "verifying table adjustment_row_default",
                        "partition constraint for table distinct_value",
                        "verifying table distinct_value_default");
    }

    @Test
    void endsNoReaderAndNoCommit() throws Exception {
        String today = "window_start >= date_trunc('day', now()) and window_start < now()";
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService threads = Executors.newCachedThreadPool();
        try {
            List<Future<Integer>> others = new ArrayList<>();
            for (String sql :
                    List.of(
                            "select * from tallyflow.usage",
                            "select * from tallyflow.usage where " + today,
                            "select * from tallyflow.query('m')",
                            COMMIT)) {
                others.add(threads.submit(repeatedly(sql, over)));
            }
            execute(
                    """
                    insert into tallyflow.meter_definition values
                        ('m', '', 't', 'UNIQUE_COUNT', '$.x', '{}', 'MINUTE', true);
                    insert into tallyflow.layer values
                        (1, 'm', 1, 'stream', 'm@1', 0, 't', null, '{}', null, null, true, 1);
                    """);
            for (int month = 0; month < 24; month++) {
                assertThat(
                                new PartitionMaker(Thread::yield)
                                        .make(database.dataSource(), next.plusMonths(month)))
                        .isEqualTo(1);
            }
            over.set(true);
            for (Future<Integer> one : others) {
                assertThat(one.get()).isPositive();
            }
        } finally {
            over.set(true);
            threads.shutdownNow();
            threads.awaitTermination(1, TimeUnit.MINUTES);
        }
    }

    @Test
    void takesTheTimeThatItNeedsWhateverIsPreset() throws SQLException {
        try (PostgresServer.Database preset = PostgresServer.empty()) {
            execute("alter database " + preset.name() + " set statement_timeout = '50ms'");
            execute(
                    "alter database "
                            + preset.name()
                            + " set default_transaction_isolation = 'repeatable read'");
            assertThatThrownBy(() -> slow(preset)).hasMessageContaining("timeout");
            Migrations.apply(preset.dataSource());
            assertThat(Upkeep.run(preset.dataSource()).months()).isPositive();
        }
    }

    private static void slow(PostgresServer.Database preset) throws SQLException {
        try (Connection connection = preset.connect()) {
            execute(connection, "select pg_sleep(0.2)");
        }
    }

    /** How often it was done until it was over. */
    private Callable<Integer> repeatedly(String sql, AtomicBoolean over) {
        return () -> {
            int times = 0;
            try (Connection connection = database.connect()) {
                connection.setAutoCommit(false);
                while (!over.get() || times == 0) {
                    try {
                        execute(connection, sql);
                    } catch (SQLException e) {
                        if (!"22023".equals(e.getSQLState())) {
                            throw e;
                        }
                    }
                    connection.commit();
                    times++;
                }
            }
            return times;
        };
    }

    private void awaitHolderOf(String table) throws SQLException {
        try (Connection observer = database.connect()) {
            while (strings(
                            observer,
                            "select pid::text from pg_locks where granted and mode ="
                                    + " 'AccessExclusiveLock' and relation = 'tallyflow."
                                    + table
                                    + "'::regclass")
                    .isEmpty()) {
                Thread.onSpinWait();
            }
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            connection.setAutoCommit(false);
            execute(connection, sql);
            connection.commit();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private List<String> strings(String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            return strings(connection, sql);
        }
    }

    private static List<String> strings(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> result = new ArrayList<>();
            while (rows.next()) {
                result.add(rows.getString(1));
            }
            return result;
        }
    }
}
