package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.measure.RunClock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.config.ExecutionConfigOptions;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.types.Row;

/**
 * Flink SQL as its documentation recommends it: the first row of each identity by ROW_NUMBER,
 * grouped by minute, in mini batches of a second with local and global aggregation. State is kept
 * for a day.
 */
final class SqlProgram implements Program {

    private static final String EVENTS =
            """
            create table events (
              source string not null,
              id string not null,
              subject string not null,
              `time` timestamp_ltz(3) not null,
              data row<tokens bigint not null, model string not null, region string not null>
                not null,
              arrived as proctime()
            ) with (
              'connector' = 'kafka',
              'topic' = '%s',
              'properties.bootstrap.servers' = '%s',
              'properties.group.id' = 'sql',
              'scan.startup.mode' = 'earliest-offset',
              'scan.bounded.mode' = 'latest-offset',
              'format' = 'json',
              'json.timestamp-format.standard' = 'ISO-8601'
            )
            """;

    private static final String TOTALS =
            """
            select subject, model, region, window_start, count(*) as requests, sum(tokens) as tokens
            from (
              select
                subject, data.model as model, data.region as region, data.tokens as tokens,
                floor(`time` to minute) as window_start,
                row_number() over (partition by source, id order by arrived) as n
              from events)
            where n = 1
            group by subject, model, region, window_start
            """;

    private static final long MINI_BATCH_ROWS = 50_000;

    @Override
    public Outcome run(ProgramSettings settings, RunClock clock) throws Exception {
        StreamExecutionEnvironment environment = PeerFlink.environment(settings);
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        configure(tables);
        tables.executeSql(String.format(EVENTS, settings.topic(), settings.kafka()));
        Table totals = tables.sqlQuery(TOTALS);
        tables.toChangelogStream(totals, keyed(), ChangelogMode.upsert())
                .sinkTo(new CollectingSink<>(SqlProgram::keep));
        return PeerFlink.run(environment, settings, clock);
    }

    private static void configure(StreamTableEnvironment tables) {
        tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
        tables.getConfig().setIdleStateRetention(Duration.ofDays(1));
        tables.getConfig()
                .set(ExecutionConfigOptions.TABLE_EXEC_MINIBATCH_ENABLED, true)
                .set(
                        ExecutionConfigOptions.TABLE_EXEC_MINIBATCH_ALLOW_LATENCY,
                        Duration.ofSeconds(1))
                .set(ExecutionConfigOptions.TABLE_EXEC_MINIBATCH_SIZE, MINI_BATCH_ROWS)
                .set("table.optimizer.agg-phase-strategy", "TWO_PHASE");
    }

    private static Schema keyed() {
        return Schema.newBuilder()
                .column("subject", "string not null")
                .column("model", "string not null")
                .column("region", "string not null")
                .column("window_start", "timestamp_ltz(3) not null")
                .column("requests", "bigint not null")
                .column("tokens", "bigint not null")
                .primaryKey("subject", "model", "region", "window_start")
                .build();
    }

    private static void keep(Row row, Collected collected) {
        collected.put(
                row.<String>getFieldAs(0),
                row.<String>getFieldAs(1),
                row.<String>getFieldAs(2),
                row.<Instant>getFieldAs(3).toEpochMilli(),
                row.<Long>getFieldAs(4),
                row.<Long>getFieldAs(5));
    }
}
