package io.tallyflow.schemas.meter;

import io.tallyflow.schemas.meter.Problems.ProblemPlace;
import io.tallyflow.schemas.meter.YamlFields.Field;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.SequenceNode;

/** Turns a YAML document into meters and problems. */
final class MeterListReader {

    private static final String METERS = "meters";

    private final Problems problems;

    /** Slugs seen so far, with their lines. */
    private final Map<String, Integer> slugs = new HashMap<>();

    MeterListReader(Problems problems) {
        this.problems = problems;
    }

    List<Meter> metersIn(Node root) {
        ProblemPlace file = problems.file();
        if (YamlFields.isNull(root)) {
            file.add(root, null, "is empty", "a mapping with the field meters");
            return List.of();
        }
        if (!(root instanceof MappingNode mapping)) {
            file.add(root, null, "is not a mapping", "a mapping with the field meters");
            return List.of();
        }
        YamlFields fields = YamlFields.of(mapping, file, "");
        MeterNode.refuseUnknown(fields, List.of(METERS), file);
        Field list = fields.get(METERS);
        if (list == null) {
            file.add(root, METERS, "is missing", "a list of meters");
            return List.of();
        }
        if (!(list.value() instanceof SequenceNode sequence)) {
            file.add(list.key(), METERS, "is not a list", "a list of meters; [] for none");
            return List.of();
        }
        return metersOf(sequence);
    }

    private List<Meter> metersOf(SequenceNode sequence) {
        List<Meter> meters = new ArrayList<>();
        int position = 0;
        for (Node node : sequence.getValue()) {
            position++;
            if (node instanceof MappingNode mapping) {
                readMeter(mapping, position, meters);
            } else {
                String problem = "is not a mapping";
                problems.meter("#" + position).add(node, null, problem, "the fields of a meter");
            }
        }
        return meters;
    }

    private void readMeter(MappingNode mapping, int position, List<Meter> meters) {
        MeterNode node = new MeterNode(mapping, position, problems);
        Field slug = node.slug();
        if (slug != null) {
            refuseSecond(node, slug);
        }
        Meter meter = node.meter();
        if (meter != null) {
            meters.add(meter);
        }
    }

    private void refuseSecond(MeterNode node, Field slug) {
        String text = YamlFields.text(slug.value());
        Integer before = text == null ? null : slugs.putIfAbsent(text, YamlFields.line(slug.key()));
        if (before != null) {
            String problem = "is the slug of another meter, in line " + before;
            node.place().add(slug.key(), "slug", problem, "each slug once");
        }
    }
}
