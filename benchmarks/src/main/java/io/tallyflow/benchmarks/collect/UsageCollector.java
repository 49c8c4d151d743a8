package io.tallyflow.benchmarks.collect;

import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.benchmarks.workload.CellSum;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.progress.Count;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageChange;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;

/** Keeps the last row of every cell in memory, and tells how far the checkpoints are. */
public final class UsageCollector implements Sink<UsageChange> {

    private static final long serialVersionUID = 1L;

    @Override
    public SinkWriter<UsageChange> createWriter(WriterInitContext context) {
        return new Writer();
    }

    private static final class Writer implements SinkWriter<UsageChange> {

        /** Of each shard of the subjects: several may be on one subtask. */
        private final Map<Integer, Collected> shards = new HashMap<>();

        private final Map<String, BenchmarkMeter> meters = new HashMap<>();
        private final Map<String, Long> groups = new HashMap<>();
        private int checkpoints;
        private long consumed;

        Writer() {
            for (BenchmarkMeter meter : BenchmarkMeter.values()) {
                meters.put(meter.slug(), meter);
            }
        }

        @Override
        public void write(UsageChange change, Context context) {
            UsageRow row = change.row();
            Progress progress = change.progress();
            if (row != null) {
                keep(of(row.shard()), row.cell(), row.partial());
            } else if (progress != null) {
                consumed += progress.counts().of(Count.CONSUMED);
            }
        }

        private Collected of(int shard) {
            return shards.computeIfAbsent(shard, first -> Collected.open());
        }

        private void keep(Collected collected, UsageCell cell, UsagePartial partial) {
            BenchmarkMeter meter = Objects.requireNonNull(meters.get(cell.meter()), cell.meter());
            collected.put(
                    meter,
                    CellSum.cell(cell.subject(), group(cell.group()), cell.windowStartMillis()),
                    value(meter, partial));
        }

        private static long value(BenchmarkMeter meter, UsagePartial partial) {
            return switch (meter) {
                case REQUESTS -> partial.readings();
                case TOKENS -> Objects.requireNonNull(partial.sum()).longValueExact();
                case DURATION_MAX -> Objects.requireNonNull(partial.max()).longValueExact();
            };
        }

        private long group(String text) {
            Long known = groups.get(text);
            return known == null ? learn(text) : known;
        }

        private long learn(String text) {
            String[] quoted = text.split("\"");
            long group = text.equals("{}") ? 0 : CellSum.group(quoted[3], quoted[7]);
            groups.put(text, group);
            return group;
        }

        /** Comes at every barrier, after all rows of its checkpoint. */
        @Override
        public void flush(boolean endOfInput) {
            BarrierBoard.IN_THIS_PROCESS.passed(++checkpoints, consumed);
        }

        @Override
        public void close() {}
    }
}
