package io.tallyflow.results.lake;

import io.tallyflow.connectors.iceberg.table.Lake;
import io.tallyflow.connectors.iceberg.table.LakeOptions;
import io.tallyflow.connectors.iceberg.table.LakeTable;
import io.tallyflow.connectors.iceberg.table.LakeView;
import io.tallyflow.results.meters.ShownVersion;
import io.tallyflow.results.voids.PatchedWindows;
import io.tallyflow.schemas.commit.CommitName;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterVersion;
import io.tallyflow.schemas.quantity.Quantity;
import io.tallyflow.schemas.usage.UsageCell;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.iceberg.io.CloseableIterable;
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
            totals(view, meter)
                    .forEach(
                            (cell, total) -> {
                                BigDecimal value = total.value(meter.aggregation());
                                if (value != null) {
                                    values.put(cell, Quantity.canonical(value));
                                }
                            });
        }
        return new LakeCells(
                view.batch(),
                view.rows(LakeTable.EVENTS),
                view.rows(LakeTable.STALE_EVENTS),
                values);
    }

    private static Map<UsageCell, Total> totals(LakeView view, Meter meter) throws IOException {
        Map<UsageCell, Total> totals = new HashMap<>();
        try (CloseableIterable<LakePart> parts =
                LakeParts.of(
                        view,
                        NeededUsage.all(ShownVersion.always(MeterVersion.first(meter))),
                        PatchedWindows.NONE)) {
            for (LakePart part : parts) {
                totals.computeIfAbsent(part.cell(), cell -> new Total()).add(part);
            }
        }
        return totals;
    }

    private static final class Total {
        private final Set<String> distinct = new HashSet<>();
        private UsagePartial partial = UsagePartials.NONE;

        void add(LakePart part) {
            partial = UsagePartials.merge(partial, part.partial());
            String text = part.distinct();
            if (text != null) {
                distinct.add(text);
            }
        }

        @Nullable BigDecimal value(Aggregation aggregation) {
            return aggregation.valueOf(partial, distinct.size());
        }
    }
}
