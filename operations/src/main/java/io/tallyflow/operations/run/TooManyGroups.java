package io.tallyflow.operations.run;

import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.usage.UsageCell;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lets no subject have more groups in a window than are told apart. The stream keeps those that
 * come first; in the lake none does, and so the first in the order of their texts are kept.
 */
final class TooManyGroups {

    private TooManyGroups() {}

    private record Owner(String subject, long windowStartMillis) {}

    /**
     * Brings groups beyond the most into the group {@code __other__}.
     *
     * @param cells of one meter, with all groups of each subject and window; changed
     */
    static void join(Map<UsageCell, CountedCell> cells, int mostGroups) {
        if (cells.size() <= mostGroups) {
            return;
        }
        Map<Owner, Integer> groups = new HashMap<>();
        for (UsageCell cell : cells.keySet()) {
            if (!cell.group().equals(GroupText.NONE)) {
                groups.merge(owner(cell), 1, Integer::sum);
            }
        }
        groups.values().removeIf(count -> count <= mostGroups);
        if (groups.isEmpty()) {
            return;
        }
        Map<Owner, List<UsageCell>> many = new HashMap<>();
        for (UsageCell cell : cells.keySet()) {
            if (groups.containsKey(owner(cell))) {
                many.computeIfAbsent(owner(cell), owner -> new ArrayList<>()).add(cell);
            }
        }
        for (List<UsageCell> owned : many.values()) {
            owned.sort(null);
            for (UsageCell cell : owned.subList(mostGroups, owned.size())) {
                CountedCell counted = cells.remove(cell);
                UsageCell other =
                        new UsageCell(
                                cell.meter(),
                                cell.subject(),
                                GroupText.other(cell.group()),
                                cell.windowStartMillis(),
                                cell.windowEndMillis());
                cells.computeIfAbsent(other, unused -> new CountedCell()).add(counted);
            }
        }
    }

    private static Owner owner(UsageCell cell) {
        return new Owner(cell.subject(), cell.windowStartMillis());
    }
}
