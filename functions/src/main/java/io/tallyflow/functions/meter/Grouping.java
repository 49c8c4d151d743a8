package io.tallyflow.functions.meter;

import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.GroupText;
import java.util.Arrays;
import java.util.List;

/** One way to group the events of a type; meters that group alike share it. */
final class Grouping {

    private final List<String> names;
    private final int[] slots;
    private final RecentGroups recent;

    Grouping(List<GroupDimension> dimensions, PathTrie paths, RecentGroups recent) {
        this.names = dimensions.stream().map(GroupDimension::name).toList();
        this.slots = dimensions.stream().mapToInt(group -> paths.slotOf(group.path())).toArray();
        this.recent = recent;
    }

    /** The canonical text of an event's group. */
    String text(PlacedValues found) {
        if (slots.length == 0) {
            return GroupText.NONE;
        }
        return recent.text(this, found);
    }

    /** The same, made anew. */
    String write(PlacedValues found) {
        String[] values = new String[slots.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = found.valueText(slots[i]);
        }
        return GroupText.of(names, Arrays.asList(values));
    }

    /** Slots of the dimensions, in the order of their names. */
    int[] slots() {
        return slots;
    }
}
