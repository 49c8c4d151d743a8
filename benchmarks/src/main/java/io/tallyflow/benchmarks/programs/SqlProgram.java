package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.collect.Collected;
import io.tallyflow.benchmarks.collect.CollectingSink;
import io.tallyflow.benchmarks.measure.RunClock;
import java.time.Instant;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.table.api.Schema;
import org.apache.flink.table.api.Table;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.types.Row;

/**
 * Flink SQL as its documentation recommends it: the first row of each identity by ROW_NUMBER,
 * grouped by minute, in mini batches of a second with local and global aggregation. State is kept
 * for a day.
 */
final class SqlProgram implements Program {

    private static final String DATA =
            "tokens bigint not null, model string not null, region string not null";

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

    @Override
    public ProgramOutcome run(ProgramSettings settings, RunClock clock) throws Exception {
        StreamExecutionEnvironment environment = PeerFlink.environment(settings);
        StreamTableEnvironment tables = SqlEvents.tables(environment, settings, DATA);
        Table totals = tables.sqlQuery(TOTALS);
        tables.toChangelogStream(totals, keyed(), ChangelogMode.upsert())
                .sinkTo(new CollectingSink<>(SqlProgram::keep));
        return PeerFlink.run(environment, settings, clock);
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
