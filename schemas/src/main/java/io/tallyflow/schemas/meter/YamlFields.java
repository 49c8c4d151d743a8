package io.tallyflow.schemas.meter;

import io.tallyflow.schemas.meter.Problems.ProblemPlace;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/** The fields of one YAML mapping by name, in the order of the file; names are unique. */
final class YamlFields {

    /** One field; the nodes know their lines. */
    record Field(Node key, Node value) {}

    private static final Set<Tag> TEXT =
            Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.TIMESTAMP);

    private final Map<String, Field> fields = new LinkedHashMap<>();

    private YamlFields() {}

    /**
     * Collects the fields, merged ones included. A name that stands twice in one mapping is a
     * problem.
     *
     * @param prefix stands before the name in problems
     */
    static YamlFields of(MappingNode mapping, ProblemPlace place, String prefix) {
        YamlFields result = new YamlFields();
        // Each mapping once: one that was merged has nothing to add when it is merged again.
        Set<Node> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<MappingNode> open = new ArrayDeque<>(List.of(mapping));
        while (!open.isEmpty()) {
            MappingNode next = open.pop();
            if (seen.add(next)) {
                List<MappingNode> merged = result.addAll(next, place, prefix);
                // The nearest first: what was named before wins.
                for (int i = merged.size() - 1; i >= 0; i--) {
                    open.push(merged.get(i));
                }
            }
        }
        return result;
    }

    Set<String> names() {
        return Collections.unmodifiableSet(fields.keySet());
    }

    @Nullable Field get(String name) {
        return fields.get(name);
    }

    /** The text of a scalar as written; null for a YAML null and for anything else. */
    static @Nullable String text(Node node) {
        return node instanceof ScalarNode scalar && TEXT.contains(node.getTag())
                ? scalar.getValue()
                : null;
    }

    static boolean isNull(Node node) {
        return Tag.NULL.equals(node.getTag());
    }

    /** Adds the fields of one mapping and returns the mappings that it merges. */
    private List<MappingNode> addAll(MappingNode mapping, ProblemPlace place, String prefix) {
        if (!place.mayRead(mapping, mapping.getValue().size())) {
            return List.of();
        }
        List<MappingNode> merged = new ArrayList<>();
        Map<String, Node> here = new HashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            Node key = tuple.getKeyNode();
            if (Tag.MERGE.equals(key.getTag())) {
                merge(tuple, merged, place);
            } else if (!(key instanceof ScalarNode scalar)) {
                place.add(key, null, "has a field name that is not text", "plain names");
            } else if (here.putIfAbsent(scalar.getValue(), key) != null) {
                twice(scalar, here, place, prefix);
            } else {
                fields.putIfAbsent(scalar.getValue(), new Field(key, tuple.getValueNode()));
            }
        }
        return merged;
    }

    private static void twice(
            ScalarNode key, Map<String, Node> here, ProblemPlace place, String prefix) {
        String name = key.getValue();
        Node before = here.getOrDefault(name, key);
        String problem = "stands here twice, first in line " + line(before);
        place.add(key, prefix + MeterText.name(name), problem, "each name once");
    }

    static int line(Node node) {
        return node.getStartMark().getLine() + 1;
    }

    private static void merge(NodeTuple tuple, List<MappingNode> merged, ProblemPlace place) {
        Node value = tuple.getValueNode();
        List<Node> sources =
                value instanceof SequenceNode sequence ? sequence.getValue() : List.of(value);
        for (Node source : sources) {
            if (source instanceof MappingNode mapping) {
                merged.add(mapping);
            } else {
                place.add(
                        tuple.getKeyNode(),
                        "<<",
                        "merges what is not a mapping",
                        "an alias of a mapping, or a list of these");
            }
        }
    }
}
