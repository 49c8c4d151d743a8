package io.tallyflow.benchmarks.programs;

import io.tallyflow.benchmarks.workload.Answer;
import io.tallyflow.benchmarks.workload.BenchmarkMeter;
import io.tallyflow.benchmarks.workload.CellSum;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.QueryEngine;
import io.tallyflow.results.query.QueryRow;
import io.tallyflow.results.query.UsageQuery;
import java.io.IOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The answer that a query engine gives, minute by minute and subject by subject. */
final class QueriedAnswer {

    private static final String MODEL = "model";
    private static final String REGION = "region";

    private QueriedAnswer() {}

    static Answer of(QueryEngine engine, int meters) throws IOException {
        Map<BenchmarkMeter, CellSum> sums = new EnumMap<>(BenchmarkMeter.class);
        for (BenchmarkMeter meter : Arrays.copyOf(BenchmarkMeter.values(), meters)) {
            CellSum[] sum = {CellSum.NONE};
            engine.run(
                    everything(meter),
                    row -> sum[0] = sum[0].plus(cell(row), row.value().longValueExact()));
            sums.put(meter, sum[0]);
        }
        return new Answer(sums);
    }

    private static UsageQuery everything(BenchmarkMeter meter) {
        return new UsageQuery(
                meter.slug(),
                null,
                null,
                CalendarWindow.MINUTE,
                "UTC",
                List.of(),
                meter.isGrouped() ? List.of("subject", MODEL, REGION) : List.of("subject"),
                Map.of());
    }

    private static long cell(QueryRow row) {
        String model = row.groupBy().get(MODEL);
        String region = row.groupBy().get(REGION);
        return CellSum.cell(
                Objects.requireNonNull(row.subject()),
                model == null || region == null ? 0 : CellSum.group(model, region),
                Objects.requireNonNull(row.windowStart()).toEpochMilli());
    }
}
