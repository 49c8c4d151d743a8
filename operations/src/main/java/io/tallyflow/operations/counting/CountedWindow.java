package io.tallyflow.operations.counting;

import io.tallyflow.schemas.meter.GroupText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What was counted of one subject in one window, by group. */
public final class CountedWindow {

    private final String firstGroup;
    private final CountedCell first = new CountedCell();

    /** Many meters have no groups, and many subjects one. */
    private @Nullable Map<String, CountedCell> others;

    public CountedWindow(String firstGroup) {
        this.firstGroup = firstGroup;
    }

    /** How many groups there are. */
    public int size() {
        return others == null ? 1 : 1 + others.size();
    }

    /** What was counted of a group; new if there is nothing yet. */
    public CountedCell cell(String group) {
        if (group.equals(firstGroup)) {
            return first;
        }
        if (others == null) {
            others = new HashMap<>();
        }
        return others.computeIfAbsent(group, unused -> new CountedCell());
    }

    public void forEach(BiConsumer<String, CountedCell> cells) {
        cells.accept(firstGroup, first);
        if (others != null) {
            others.forEach(cells);
        }
    }

    public void add(CountedWindow window) {
        window.forEach((group, counted) -> cell(group).add(counted));
    }

    /**
     * The same with no more groups than are told apart. The stream keeps those that come first; in
     * the lake none does, and so the first in the order of their texts are kept.
     *
     * @param mostGroups further ones count in the group {@code __other__}
     */
    public CountedWindow limited(int mostGroups) {
        if (size() <= mostGroups || firstGroup.equals(GroupText.NONE)) {
            return this;
        }
        List<String> groups = new ArrayList<>();
        forEach((group, counted) -> groups.add(group));
        groups.sort(null);
        CountedWindow limited = new CountedWindow(groups.get(0));
        for (int i = 0; i < groups.size(); i++) {
            String group = groups.get(i);
            limited.cell(i < mostGroups ? group : GroupText.other(group)).add(cell(group));
        }
        return limited;
    }
}
