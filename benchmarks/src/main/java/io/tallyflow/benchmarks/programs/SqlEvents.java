package io.tallyflow.benchmarks.programs;

import java.time.Duration;
import java.time.ZoneOffset;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.config.ExecutionConfigOptions;

/**
 * The table {@code events} of Flink SQL, to its end, and the settings that its documentation
 * recommends for aggregations without windows: mini batches of a second, two phases. State is kept
 * for a day.
 */
final class SqlEvents {

    private static final String EVENTS =
            """
            create table events (
              source string not null,
              id string not null,
              subject string not null,
              `time` timestamp_ltz(3) not null,
              data row<%s> not null,
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

    private static final long MINI_BATCH_ROWS = 50_000;

    private SqlEvents() {}

    /**
     * An environment with that table.
     *
     * @param data what is read of an event's data, as fields of a row
     */
    static StreamTableEnvironment tables(
            StreamExecutionEnvironment environment, ProgramSettings settings, String data) {
        StreamTableEnvironment tables = StreamTableEnvironment.create(environment);
        tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
        tables.getConfig().setIdleStateRetention(Duration.ofDays(1));
        tables.getConfig()
                .set(ExecutionConfigOptions.TABLE_EXEC_MINIBATCH_ENABLED, true)
                .set(
                        ExecutionConfigOptions.TABLE_EXEC_MINIBATCH_ALLOW_LATENCY,
                        Duration.ofSeconds(1))
                .set(ExecutionConfigOptions.TABLE_EXEC_MINIBATCH_SIZE, MINI_BATCH_ROWS)
                .set("table.optimizer.agg-phase-strategy", "TWO_PHASE");
        tables.executeSql(String.format(EVENTS, data, settings.topic(), settings.kafka()));
        return tables;
    }
}
