package io.tallyflow.deploy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Checks a document against the schema of a custom resource definition, as an API server does that
 * was asked to be strict: what the schema does not name is a problem instead of being dropped.
 */
final class StrictSchema {

    private static final Set<String> NAMED_BY_EVERY_KIND = Set.of("apiVersion", "kind", "metadata");

    private final List<String> problems = new ArrayList<>();

    private StrictSchema() {}

    /** What is wrong with a resource; its identity and metadata are common to all kinds. */
    static List<String> problems(JsonNode schema, JsonNode resource) {
        StrictSchema check = new StrictSchema();
        resource.fieldNames()
                .forEachRemaining(
                        name -> {
                            JsonNode of = schema.path("properties").path(name);
                            if (!of.isMissingNode()) {
                                check.value(name, of, resource.get(name));
                            } else if (!NAMED_BY_EVERY_KIND.contains(name)) {
                                check.problems.add(name + " is not known");
                            }
                        });
        return check.problems;
    }

    private void value(String path, JsonNode schema, JsonNode value) {
        if (schema.path("x-kubernetes-int-or-string").asBoolean()
                || schema.path("anyOf").toString().contains("integer")) {
            demand(path, value.isInt() || value.isTextual(), "a number or a text", value);
            return;
        }
        switch (schema.path("type").asText()) {
            case "object" -> object(path, schema, value);
            case "array" -> array(path, schema, value);
            case "integer" -> demand(path, value.isIntegralNumber(), "a whole number", value);
            case "number" -> demand(path, value.isNumber(), "a number", value);
            case "boolean" -> demand(path, value.isBoolean(), "true or false", value);
            case "string" -> text(path, schema, value);
            default ->
                    demand(
                            path,
                            schema.path("x-kubernetes-preserve-unknown-fields").asBoolean(),
                            "of a type that the schema names",
                            value);
        }
    }

    private void object(String path, JsonNode schema, JsonNode value) {
        demand(path, value.isObject(), "an object", value);
        schema.path("required")
                .forEach(
                        name ->
                                demand(
                                        path + "." + name.asText(),
                                        value.has(name.asText()),
                                        "there",
                                        value));
        value.fieldNames()
                .forEachRemaining(name -> member(path + "." + name, name, schema, value.get(name)));
    }

    private void member(String path, String name, JsonNode schema, JsonNode value) {
        JsonNode named = schema.path("properties").path(name);
        JsonNode others = schema.path("additionalProperties");
        if (!named.isMissingNode()) {
            value(path, named, value);
        } else if (others.isObject()) {
            value(path, others, value);
        } else if (!schema.path("x-kubernetes-preserve-unknown-fields").asBoolean()) {
            problems.add(path + " is not known");
        }
    }

    private void array(String path, JsonNode schema, JsonNode value) {
        demand(path, value.isArray(), "a list", value);
        for (int i = 0; i < value.size(); i++) {
            value(path + "[" + i + "]", schema.path("items"), value.get(i));
        }
    }

    private void text(String path, JsonNode schema, JsonNode value) {
        demand(path, value.isTextual(), "a text", value);
        JsonNode allowed = schema.path("enum");
        if (!allowed.isMissingNode()) {
            List<String> texts = Repository.texts(allowed);
            demand(path, texts.contains(value.asText()), "one of " + texts, value);
        }
    }

    private void demand(String path, boolean holds, String wanted, JsonNode value) {
        if (!holds) {
            problems.add(path + " must be " + wanted + ", but is " + value);
        }
    }
}
