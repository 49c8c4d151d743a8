package io.tallyflow.operations.reconcile;

import io.tallyflow.operations.counting.CountedCell;
import io.tallyflow.operations.counting.CountedWindow;
import io.tallyflow.operations.reconcile.Difference.Place;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.measure.UsagePartial;
import io.tallyflow.schemas.measure.UsagePartials;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.meter.MeterVersion;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Where a window comes to something else than its events. Which groups the stream tells apart, if
 * there are too many, follows the order in which they came: such a window is compared as a whole.
 */
final class CellDifferences {

    private static final Cell NOTHING = new Cell(UsagePartials.NONE, Set.of());

    private final Place place;
    private final MeterVersion version;

    /** A group of a window: what all that is shown of it is made of. */
    private record Cell(UsagePartial partial, Set<String> values) {
        @Nullable BigDecimal value(Aggregation aggregation) {
            return partial.readings() == 0 ? null : aggregation.valueOf(partial, values.size());
        }
    }

    CellDifferences(Place place, MeterVersion version) {
        this.place = place;
        this.version = version;
    }

    /**
     * Compares a window.
     *
     * @param found null if there is nothing
     * @param counted likewise
     * @return by group, in order; none if they come to the same
     */
    List<Difference> of(
            String subject,
            long startMillis,
            @Nullable CountedWindow found,
            @Nullable CountedWindow counted) {
        Map<String, Cell> left = cells(found);
        Map<String, Cell> right = cells(counted);
        String other = other(left, right);
        if (other != null) {
            left = Map.of(other, whole(left));
            right = Map.of(other, whole(right));
        }
        Set<String> groups = new TreeSet<>(left.keySet());
        groups.addAll(right.keySet());
        List<Difference> differences = new ArrayList<>();
        for (String group : groups) {
            Cell there = left.getOrDefault(group, NOTHING);
            Cell events = right.getOrDefault(group, NOTHING);
            if (!there.equals(events)) {
                Aggregation aggregation = version.meter().aggregation();
                differences.add(
                        new Difference(
                                place,
                                version,
                                subject,
                                group,
                                Instant.ofEpochMilli(startMillis),
                                there.value(aggregation),
                                there.partial().readings(),
                                events.value(aggregation),
                                events.partial().readings()));
            }
        }
        return differences;
    }

    private Map<String, Cell> cells(@Nullable CountedWindow window) {
        Map<String, Cell> cells = new TreeMap<>();
        if (window != null) {
            window.forEach(
                    (group, cell) -> {
                        if (cell.readings() > 0 || !cell.values().isEmpty()) {
                            cells.put(group, cell(cell));
                        }
                    });
        }
        return cells;
    }

    private Cell cell(CountedCell cell) {
        return new Cell(cell.partial(version.meter().aggregation()), cell.values());
    }

    /** The group of those that are not told apart; null if all are. */
    private static @Nullable String other(Map<String, Cell> left, Map<String, Cell> right) {
        for (Map<String, Cell> side : List.of(left, right)) {
            for (String group : side.keySet()) {
                if (GroupText.isOther(group)) {
                    return group;
                }
            }
        }
        return null;
    }

    private static Cell whole(Map<String, Cell> cells) {
        UsagePartial partial = UsagePartials.NONE;
        Set<String> values = new HashSet<>();
        for (Cell cell : cells.values()) {
            partial = UsagePartials.merge(partial, cell.partial());
            values.addAll(cell.values());
        }
        return new Cell(partial, values);
    }
}
