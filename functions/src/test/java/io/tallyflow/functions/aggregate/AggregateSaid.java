package io.tallyflow.functions.aggregate;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.KeyedSubtasks;
import io.tallyflow.schemas.event.LateEvent;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.progress.Progress;
import io.tallyflow.schemas.stream.LakeRow;
import io.tallyflow.schemas.stream.MeteredOrProgress;
import io.tallyflow.schemas.usage.DistinctValue;
import io.tallyflow.schemas.usage.UsageCell;
import io.tallyflow.schemas.usage.UsageChange;
import io.tallyflow.schemas.usage.UsageRow;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Everything that an aggregating operator says between two barriers, however it is cut. */
record AggregateSaid(
        Map<UsageCell, UsageRow> rows,
        Set<UsageCell> firsts,
        Map<UsageCell, UsagePartial> adjustments,
        Set<DistinctValue> values,
        Progress progress,
        Map<String, Integer> lake,
        Map<LateEvent, Integer> late) {

    /** What was said up to a barrier that passes now. */
    static AggregateSaid until(
            long checkpoint, KeyedSubtasks<?, MeteredOrProgress, UsageChange> subtasks)
            throws Exception {
        subtasks.prepareBarrier(checkpoint);
        Map<UsageCell, UsageRow> rows = new HashMap<>();
        Set<UsageCell> firsts = new HashSet<>();
        Map<UsageCell, UsagePartial> adjustments = new HashMap<>();
        Set<DistinctValue> values = new HashSet<>();
        Progress progress = Progress.NONE;
        for (UsageChange change : subtasks.taken()) {
            if (change.row() != null) {
                UsageRow row = change.row();
                if (row.first()) {
                    assertThat(rows).as("said before").doesNotContainKey(row.cell());
                    firsts.add(row.cell());
                }
                rows.put(
                        row.cell(),
                        new UsageRow(row.cell(), row.partial(), row.settled(), row.shard(), false));
            } else if (change.adjustment() != null) {
                adjustments.merge(
                        change.adjustment().cell(),
                        change.adjustment().partial(),
                        UsagePartials::merge);
            } else if (change.distinct() != null) {
                values.add(change.distinct());
            } else if (change.progress() != null) {
                progress = progress.plus(change.progress());
            }
        }
        Map<String, Integer> lake = new HashMap<>();
        for (LakeRow row : subtasks.taken(AggregateUsage.LAKE)) {
            lake.merge(row.toString(), 1, Integer::sum);
        }
        Map<LateEvent, Integer> late = new HashMap<>();
        for (LateEvent event : subtasks.taken(AggregateUsage.LATE)) {
            late.merge(event, 1, Integer::sum);
        }
        return new AggregateSaid(rows, firsts, adjustments, values, progress, lake, late);
    }
}
