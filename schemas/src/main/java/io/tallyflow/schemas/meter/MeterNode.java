package io.tallyflow.schemas.meter;

import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.Problems.ProblemPlace;
import io.tallyflow.schemas.meter.YamlFields.Field;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;

/** One meter as it stands in the file, read field by field so that every problem is found. */
final class MeterNode {

    private static final String SLUG = "slug";
    private static final String DESCRIPTION = "description";
    private static final String EVENT_TYPE = "eventType";
    private static final String AGGREGATION = "aggregation";
    private static final String VALUE_PROPERTY = "valueProperty";
    private static final String GROUP_BY = "groupBy";
    private static final String WINDOW_SIZE = "windowSize";

    private static final List<String> FIELDS =
            List.of(
                    SLUG,
                    DESCRIPTION,
                    EVENT_TYPE,
                    AGGREGATION,
                    VALUE_PROPERTY,
                    GROUP_BY,
                    WINDOW_SIZE);

    private final MappingNode node;
    private final ProblemPlace place;
    private final YamlFields fields;

    MeterNode(MappingNode node, int position, Problems problems) {
        this.node = node;
        // Problems are named by slug, which is known only after the fields have been collected.
        this.place = problems.meter(labelOf(node, position));
        this.fields = YamlFields.of(node, place, "");
    }

    ProblemPlace place() {
        return place;
    }

    @Nullable Field slug() {
        return fields.get(SLUG);
    }

    /** The meter; null if there was a problem that leaves none. */
    @Nullable Meter meter() {
        refuseUnknown(fields, FIELDS, place);
        String slug = checked(SLUG, MeterRules::slug, MeterRules.SLUG);
        String description = description();
        String eventType = checked(EVENT_TYPE, MeterRules::eventType, MeterRules.EVENT_TYPE);
        Aggregation aggregation = aggregation();
        JsonPath value = valuePath(aggregation);
        List<GroupDimension> groupBy = groupBy(value);
        WindowSize windowSize = oneOf(WINDOW_SIZE, WindowSize.values(), WindowSize.MINUTE);
        if (slug == null
                || description == null
                || eventType == null
                || aggregation == null
                || windowSize == null) {
            return null;
        }
        return new Meter(slug, description, eventType, aggregation, value, groupBy, windowSize);
    }

    /** Names every field that is not known, with the known one that was probably meant. */
    static void refuseUnknown(YamlFields fields, List<String> known, ProblemPlace place) {
        for (String name : fields.names()) {
            Field field = fields.get(name);
            if (field != null && !known.contains(name)) {
                String nearest = NearestName.of(name, known);
                String hint = nearest == null ? "" : "; did you mean " + nearest + "?";
                String problem = "is not a known field" + hint;
                place.add(field.key(), MeterText.name(name), problem, String.join(", ", known));
            }
        }
    }

    private static String labelOf(MappingNode node, int position) {
        String slug =
                node.getValue().stream()
                        .filter(tuple -> SLUG.equals(YamlFields.text(tuple.getKeyNode())))
                        .map(tuple -> YamlFields.text(tuple.getValueNode()))
                        .filter(Objects::nonNull)
                        .findFirst()
                        .orElse("");
        return slug.isEmpty() ? "#" + position : MeterText.name(slug);
    }

    private @Nullable String description() {
        Field field = given(DESCRIPTION);
        return field == null ? "" : checked(field, MeterRules::description, MeterRules.TEXT);
    }

    private @Nullable Aggregation aggregation() {
        if (given(AGGREGATION) == null) {
            missing(AGGREGATION, MeterRules.oneOf(Aggregation.values()));
            return null;
        }
        return oneOf(AGGREGATION, Aggregation.values(), null);
    }

    private @Nullable JsonPath valuePath(@Nullable Aggregation aggregation) {
        Field field = given(VALUE_PROPERTY);
        boolean needed = aggregation != null && aggregation.needsValue();
        if (field == null) {
            if (needed) {
                String problem = "is missing, but " + aggregation + " needs one";
                place.add(node, VALUE_PROPERTY, problem, InvalidJsonPathException.ALLOWED);
            }
            return null;
        }
        if (aggregation != null && !needed) {
            String problem = aggregation + " counts events and takes no value";
            place.add(field.key(), VALUE_PROPERTY, problem, "no valueProperty");
            return null;
        }
        return path(field.value(), VALUE_PROPERTY);
    }

    private List<GroupDimension> groupBy(@Nullable JsonPath value) {
        Field field = given(GROUP_BY);
        if (field == null) {
            return List.of();
        }
        if (!(field.value() instanceof MappingNode mapping)) {
            place.add(field.key(), GROUP_BY, "is not a mapping", "names, each with a JSONPath");
            return List.of();
        }
        YamlFields names = YamlFields.of(mapping, place, GROUP_BY + ".");
        List<GroupDimension> dimensions = new ArrayList<>();
        for (String name : names.names()) {
            Field dimension = names.get(name);
            if (dimension != null) {
                addDimension(name, dimension, value, dimensions);
            }
        }
        dimensions.sort(Comparator.comparing(GroupDimension::name));
        return List.copyOf(dimensions);
    }

    private void addDimension(
            String name,
            Field dimension,
            @Nullable JsonPath value,
            Collection<GroupDimension> dimensions) {
        String field = GROUP_BY + "." + MeterText.name(name);
        String problem = MeterRules.groupName(name);
        if (problem != null) {
            place.add(dimension.key(), field, problem, MeterRules.GROUP_NAME);
        }
        JsonPath path = path(dimension.value(), field);
        if (path != null && value != null && path.pointsWhere(value)) {
            String same = "is the path of valueProperty";
            place.add(dimension.value(), field, same, "a path to something else");
        } else if (path != null) {
            dimensions.add(new GroupDimension(name, path));
        }
    }

    private @Nullable JsonPath path(Node value, String field) {
        String text = YamlFields.text(value);
        if (text == null) {
            place.add(value, field, notText(value), InvalidJsonPathException.ALLOWED);
            return null;
        }
        try {
            return JsonPath.parse(text);
        } catch (InvalidJsonPathException e) {
            String problem = MeterText.quoted(text) + " " + e.problem();
            place.add(value, field, problem, InvalidJsonPathException.ALLOWED);
            return null;
        }
    }

    /** A required text that a rule holds for; null, and a problem, otherwise. */
    private @Nullable String checked(String name, MeterRules.Rule rule, String allowed) {
        Field field = given(name);
        if (field == null) {
            missing(name, allowed);
            return null;
        }
        return checked(field, rule, allowed);
    }

    private @Nullable String checked(Field field, MeterRules.Rule rule, String allowed) {
        String text = YamlFields.text(field.value());
        String problem = text == null ? notText(field.value()) : rule.problemOf(text);
        if (problem != null) {
            place.add(field.value(), YamlFields.text(field.key()), problem, allowed);
            return null;
        }
        return text;
    }

    private <E extends Enum<E>> @Nullable E oneOf(String name, E[] values, @Nullable E byDefault) {
        Field field = given(name);
        if (field == null) {
            return byDefault;
        }
        String text = YamlFields.text(field.value());
        for (E value : values) {
            if (value.name().equals(text)) {
                return value;
            }
        }
        String problem =
                text == null ? notText(field.value()) : MeterText.quoted(text) + " is not known";
        place.add(field.value(), name, problem, MeterRules.oneOf(values));
        return null;
    }

    private void missing(String name, String allowed) {
        Field field = fields.get(name);
        place.add(field == null ? node : field.key(), name, "is missing", allowed);
    }

    /** The field unless it is absent or a YAML null, which mean the same. */
    private @Nullable Field given(String name) {
        Field field = fields.get(name);
        return field == null || YamlFields.isNull(field.value()) ? null : field;
    }

    private static String notText(Node value) {
        return YamlFields.isNull(value) ? "is empty" : "is not text";
    }
}
