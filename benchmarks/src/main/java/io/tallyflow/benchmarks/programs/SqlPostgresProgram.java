package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.RunClock;
import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.benchmarks.workload.CellSum;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Map;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamStatementSet;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * Flink SQL as {@link SqlProgram} has it, counting Tallyflow's three meters and writing them to
 * Postgres with the JDBC connector's upserts: a table for each group, flushed every second or
 * 10,000 rows, with statements that the driver makes into few.
 */
final class SqlPostgresProgram implements Program {

    private static final String DATA =
            "tokens bigint not null, duration_ms bigint not null, model string not null,"
                    + " region string not null";

    private static final String FIRSTS =
            """
            create temporary view firsts as
            select subject, model, region, tokens, duration_ms, window_start
            from (
              select
                subject, data.model as model, data.region as region, data.tokens as tokens,
                data.duration_ms as duration_ms,
                cast(floor(`time` to minute) as timestamp(3)) as window_start,
                row_number() over (partition by source, id order by arrived) as n
              from events)
            where n = 1
            """;

    private static final String GROUP_SINK =
            """
            create table group_usage (
              subject string not null,
              model string not null,
              region string not null,
              window_start timestamp(3) not null,
              requests bigint not null,
              tokens bigint not null,
              primary key (subject, model, region, window_start) not enforced
            ) with (
              'connector' = 'jdbc',
              'url' = '%s?reWriteBatchedInserts=true',
              'username' = '%s',
              'password' = '',
              'table-name' = 'group_usage',
              'sink.buffer-flush.max-rows' = '10000',
              'sink.buffer-flush.interval' = '1s'
            )
            """;

    private static final String SUBJECT_SINK =
            """
            create table subject_usage (
              subject string not null,
              window_start timestamp(3) not null,
              duration_max bigint not null,
              primary key (subject, window_start) not enforced
            ) with (
              'connector' = 'jdbc',
              'url' = '%s?reWriteBatchedInserts=true',
              'username' = '%s',
              'password' = '',
              'table-name' = 'subject_usage',
              'sink.buffer-flush.max-rows' = '10000',
              'sink.buffer-flush.interval' = '1s'
            )
            """;

    private static final String GROUP_TOTALS =
            """
            insert into group_usage
            select subject, model, region, window_start, count(*), sum(tokens)
            from firsts
            group by subject, model, region, window_start
            """;

    private static final String SUBJECT_TOTALS =
            """
            insert into subject_usage
            select subject, window_start, max(duration_ms)
            from firsts
            group by subject, window_start
            """;

    private static final String GROUP_TABLE =
            """
            create table group_usage (
                subject text collate "C",
                model text collate "C",
                region text collate "C",
                window_start timestamp,
                requests bigint not null,
                tokens bigint not null,
                primary key (subject, model, region, window_start)
            ) with (fillfactor = 50)
            """;

    private static final String SUBJECT_TABLE =
            """
            create table subject_usage (
                subject text collate "C",
                window_start timestamp,
                duration_max bigint not null,
                primary key (subject, window_start)
            ) with (fillfactor = 50)
            """;

    @Override
    public ProgramOutcome run(ProgramSettings settings, RunClock clock) throws Exception {
        try (Connection connection = connect(settings);
                Statement statement = connection.createStatement()) {
            statement.execute(GROUP_TABLE);
            statement.execute(SUBJECT_TABLE);
        }
        StreamExecutionEnvironment environment = PeerFlink.environment(settings);
        StreamTableEnvironment tables = SqlEvents.tables(environment, settings, DATA);
        tables.executeSql(FIRSTS);
        tables.executeSql(sink(GROUP_SINK, settings));
        tables.executeSql(sink(SUBJECT_SINK, settings));
        StreamStatementSet both = tables.createStatementSet();
        both.addInsertSql(GROUP_TOTALS);
        both.addInsertSql(SUBJECT_TOTALS);
        both.attachAsDataStream();
        ProgramOutcome ended = PeerFlink.run(environment, settings, clock);
        return new ProgramOutcome(
                answer(settings),
                ended.lake(),
                ended.stateBytes(),
                ended.checkpoints(),
                ended.figures());
    }

    private static String sink(String table, ProgramSettings settings) {
        return String.format(table, settings.postgresUrl(), ProgramSettings.POSTGRES_USER);
    }

    private static Connection connect(ProgramSettings settings) throws SQLException {
        return DriverManager.getConnection(
                settings.postgresUrl(), ProgramSettings.POSTGRES_USER, "");
    }

    private static Answer answer(ProgramSettings settings) throws SQLException {
        Map<BenchmarkMeter, CellSum> sums = new EnumMap<>(BenchmarkMeter.class);
        try (Connection connection = connect(settings);
                Statement statement = connection.createStatement()) {
            addGroups(statement, sums);
            addSubjects(statement, sums);
        }
        return new Answer(sums);
    }

    private static void addGroups(Statement statement, Map<BenchmarkMeter, CellSum> sums)
            throws SQLException {
        try (ResultSet row =
                statement.executeQuery(
                        """
                        select subject, window_start, model, region, requests, tokens
                        from group_usage
                        """)) {
            while (row.next()) {
                long cell = cell(row, CellSum.group(row.getString(3), row.getString(4)));
                add(sums, BenchmarkMeter.REQUESTS, cell, row.getLong(5));
                add(sums, BenchmarkMeter.TOKENS, cell, row.getLong(6));
            }
        }
    }

    private static void addSubjects(Statement statement, Map<BenchmarkMeter, CellSum> sums)
            throws SQLException {
        try (ResultSet row =
                statement.executeQuery(
                        "select subject, window_start, duration_max from subject_usage")) {
            while (row.next()) {
                add(sums, BenchmarkMeter.DURATION_MAX, cell(row, 0), row.getLong(3));
            }
        }
    }

    private static long cell(ResultSet row, long group) throws SQLException {
        LocalDateTime start = row.getObject(2, LocalDateTime.class);
        return CellSum.cell(
                row.getString(1), group, start.toInstant(ZoneOffset.UTC).toEpochMilli());
    }

    private static void add(
            Map<BenchmarkMeter, CellSum> sums, BenchmarkMeter meter, long cell, long value) {
        sums.put(meter, sums.getOrDefault(meter, CellSum.NONE).plus(cell, value));
    }
}
