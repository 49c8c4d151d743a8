package io.tallyflow.operations.counting;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.GroupText;
import io.tallyflow.schemas.usage.Reading;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What was counted of one subject in one window, by group. */
public final class CountedWindow {

    /** Entry, cell and partial, with two quantities. */
    private static final int BYTES_OF_CELL = 300;

    /** Entry and text of a value or of a name, without its characters. */
    private static final int BYTES_OF_TEXT = 104;

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

    /** What it takes of heap, about. */
    public long bytes() {
        long[] bytes = {0};
        forEach(
                (group, cell) -> {
                    bytes[0] += BYTES_OF_CELL + bytes(group);
                    cell.values().forEach(value -> bytes[0] += bytes(value));
                });
        return bytes[0];
    }

    /** Of a text, about. */
    public static long bytes(String text) {
        return BYTES_OF_TEXT + 2L * text.length();
    }

    /**
     * Counts a reading.
     *
     * @return how much more heap that takes, about
     */
    public long count(Reading reading, UsageEvent event) {
        int groups = size();
        CountedCell cell = cell(reading.group());
        long more = size() > groups ? BYTES_OF_CELL + bytes(reading.group()) : 0;
        cell.add(reading.partial(event));
        String value = reading.distinct();
        return value != null && cell.addValue(value) ? more + bytes(value) : more;
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
