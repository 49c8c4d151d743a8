package io.tallyflow.results.lake;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.results.query.CalendarWindow;
import io.tallyflow.results.query.QueryRow;
import io.tallyflow.results.query.UsageQuery;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All that the lake knows at one batch, held in memory: for comparing it with what must be in it.
 *
 * @param batch that all tables stand at; {@link CommitName#NONE} if there is none yet
 * @param accepted rows of {@code events}
 * @param stale rows of {@code stale_events}
 * @param values of every cell that counted something
 */
public record LakeCells(
        CommitName batch, long accepted, long stale, Map<UsageCell, BigDecimal> values) {

    /**
     * Reads everything that some meters have counted.
     *
     * @throws IOException if the lake cannot be read
     */
    public static LakeCells of(LakeOptions options, List<Meter> meters) throws IOException {
        try (Lake lake = Lake.open(options)) {
            return of(LakeView.of(lake), meters);
        }
    }

    static LakeCells of(LakeView view, List<Meter> meters) throws IOException {
        Map<UsageCell, BigDecimal> values = new HashMap<>();
        for (Meter meter : meters) {
            LakeQuestion question = LakeQuestion.of(everything(meter), meters);
            LakeUsage.of(view, question).rows(row -> values.put(cell(meter, row), row.value()));
        }
        return new LakeCells(
                view.batch(),
                view.rows(LakeTable.EVENTS),
                view.rows(LakeTable.STALE_EVENTS),
                values);
    }

    private static UsageQuery everything(Meter meter) {
        List<String> groupBy = new ArrayList<>(List.of("subject"));
        meter.groupBy().stream().map(GroupDimension::name).forEach(groupBy::add);
        CalendarWindow grain = CalendarWindow.valueOf(meter.windowSize().name());
        return new UsageQuery(meter.slug(), null, null, grain, "UTC", List.of(), groupBy, Map.of());
    }

    private static UsageCell cell(Meter meter, QueryRow row) {
        return new UsageCell(
                meter.slug(),
                Objects.requireNonNull(row.subject()),
                GroupText.of(row.groupBy()),
                millis(row.windowStart()),
                millis(row.windowEnd()));
    }

    private static long millis(@Nullable Instant instant) {
        return Objects.requireNonNull(instant).toEpochMilli();
    }
}
