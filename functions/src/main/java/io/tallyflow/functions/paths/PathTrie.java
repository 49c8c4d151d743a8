package io.tallyflow.functions.paths;

import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.JsonPath.Index;
import io.tallyflow.schemas.meter.JsonPath.Name;
import io.tallyflow.schemas.meter.JsonPath.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * All paths of one event type as one tree, so that one walk over the data finds all their values.
 * Each different path has a slot, counted from 0 in the order of the paths. Never changes.
 */
public final class PathTrie {

    /** A place that paths lead to or through. */
    public static final class Node {

        private static final int NO_SLOT = -1;

        private final Map<String, Node> names = new HashMap<>();
        private final Map<Integer, Node> indexes = new HashMap<>();
        private NameTable<Node> bytes = new NameTable<>(Map.of());
        private int slot = NO_SLOT;

        /** Whether a path ends here. */
        public boolean hasSlot() {
            return slot != NO_SLOT;
        }

        public int slot() {
            return slot;
        }

        /** Whether paths lead on into an object. */
        public boolean entersObjects() {
            return !names.isEmpty();
        }

        /** Whether paths lead on into an array. */
        public boolean entersArrays() {
            return !indexes.isEmpty();
        }

        /** Where paths lead to by a name. */
        public @Nullable Node child(String name) {
            return names.get(name);
        }

        /** Where paths lead to by a name that has no escapes; see {@link NameTable#get}. */
        public @Nullable Node child(byte[] json, int start, int end, long key) {
            return bytes.get(json, start, end, key);
        }

        /** Where paths lead to by an index. */
        public @Nullable Node child(int index) {
            return indexes.get(index);
        }

        private Node childFor(Step step) {
            if (step instanceof Name name) {
                return names.computeIfAbsent(name.name(), key -> new Node());
            }
            return indexes.computeIfAbsent(((Index) step).index(), key -> new Node());
        }

        private @Nullable Node childAt(Step step) {
            return step instanceof Name name
                    ? names.get(name.name())
                    : indexes.get(((Index) step).index());
        }

        private void compile() {
            bytes = new NameTable<>(names);
            names.values().forEach(Node::compile);
            indexes.values().forEach(Node::compile);
        }
    }

    private final String type;
    private final Node root = new Node();
    private final int slots;
    private final int fingerprint;

    /**
     * The paths into events of one type.
     *
     * @param paths may repeat each other
     */
    public PathTrie(String type, List<JsonPath> paths) {
        this.type = type;
        int count = 0;
        int hash = 1;
        for (JsonPath path : paths) {
            Node node = root;
            for (Step step : path.steps()) {
                node = node.childFor(step);
            }
            if (!node.hasSlot()) {
                node.slot = count++;
                hash = 31 * hash + text(path).hashCode();
            }
        }
        slots = count;
        fingerprint = hash;
        root.compile();
    }

    /** Differs for paths that differ, however they are written. */
    private static String text(JsonPath path) {
        StringBuilder text = new StringBuilder();
        for (Step step : path.steps()) {
            if (step instanceof Name name) {
                text.append(name.name().length()).append('.').append(name.name());
            } else {
                text.append('[').append(((Index) step).index()).append(']');
            }
        }
        return text.toString();
    }

    /** The type of event whose paths these are. */
    public String type() {
        return type;
    }

    /** The slot of one of the paths: the same for all that point to the same place. */
    public int slotOf(JsonPath path) {
        Node node = root;
        for (Step step : path.steps()) {
            node = Objects.requireNonNull(node.childAt(step), path.text());
        }
        return node.slot();
    }

    public Node root() {
        return root;
    }

    public int slots() {
        return slots;
    }

    /** The same for equal paths with equal slots, in every process; hardly ever for others. */
    public int fingerprint() {
        return fingerprint;
    }
}
