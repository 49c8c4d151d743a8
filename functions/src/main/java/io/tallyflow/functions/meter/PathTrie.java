package io.tallyflow.functions.meter;

import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.JsonPath.Index;
import io.tallyflow.schemas.meter.JsonPath.Name;
import io.tallyflow.schemas.meter.JsonPath.Step;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All paths of one event type as one tree, so that one walk over the data finds all their values.
 * Each different path has a slot, counted from 0.
 */
final class PathTrie {

    /** A place that paths lead to or through. */
    static final class Node {

        private static final int NO_SLOT = -1;

        private final Map<String, Node> names = new HashMap<>();
        private final Map<Integer, Node> indexes = new HashMap<>();
        private int slot = NO_SLOT;

        /** Whether a path ends here. */
        boolean hasSlot() {
            return slot != NO_SLOT;
        }

        int slot() {
            return slot;
        }

        boolean entersObjects() {
            return !names.isEmpty();
        }

        boolean entersArrays() {
            return !indexes.isEmpty();
        }

        @Nullable Node child(String name) {
            return names.get(name);
        }

        @Nullable Node child(int index) {
            return indexes.get(index);
        }

        private Node childFor(Step step) {
            if (step instanceof Name name) {
                return names.computeIfAbsent(name.name(), key -> new Node());
            }
            return indexes.computeIfAbsent(((Index) step).index(), key -> new Node());
        }
    }

    private final Node root = new Node();
    private int slots;

    /** The slot of a path: the same for all paths that point to the same place. */
    int slotOf(JsonPath path) {
        Node node = root;
        for (Step step : path.steps()) {
            node = node.childFor(step);
        }
        if (!node.hasSlot()) {
            node.slot = slots++;
        }
        return node.slot;
    }

    Node root() {
        return root;
    }

    int slots() {
        return slots;
    }
}
