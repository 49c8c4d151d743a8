package io.tallyflow.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.junit.jupiter.api.Test;

final class StrictSchemaTest {

    private static final JsonNode SCHEMA =
            Repository.documents(
                            """
                            type: object
                            properties:
                              spec:
                                type: object
                                required: [name]
                                properties:
                                  name: {type: string, enum: [a, b]}
                                  count: {type: integer}
                                  on: {type: boolean}
                                  list: {type: array, items: {type: string}}
                                  labels: {type: object, additionalProperties: {type: string}}
                                  port: {x-kubernetes-int-or-string: true}
                            """)
                    .get(0);

    @Test
    void acceptsWhatFits() {
        assertThat(problems("{name: a, count: 1, on: true, list: [x], labels: {y: z}, port: 8}"))
                .isEmpty();
    }

    @Test
    void namesEverythingThatDoesNotFit() {
        assertThat(
                        problems(
                                "{name: c, count: x, on: 1, list: [2], labels: {y: 3}, port: [], 'no': 4}"))
                .hasSize(7)
                .contains("spec.no is not known", "spec.name must be one of [a, b], but is \"c\"");
    }

    @Test
    void namesWhatIsMissing() {
        assertThat(problems("{}")).containsExactly("spec.name must be there, but is {}");
    }

    private static List<String> problems(String spec) {
        return StrictSchema.problems(SCHEMA, Repository.documents("kind: K\nspec: " + spec).get(0));
    }
}
