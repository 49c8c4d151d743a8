package io.tallyflow.schemas.meter;

import static io.tallyflow.schemas.meter.RefusedMeters.count;
import static io.tallyflow.schemas.meter.RefusedMeters.onlyProblem;
import static io.tallyflow.schemas.meter.RefusedMeters.refused;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeterProblemsTest {

    private static final String JSON_PATH =
            "; allowed: a path to one value, such as $.a.b, $['a b'], $[\"a\"] or $.a[0]";

    @Test
    void namesEveryProblemOfAFileAtOnceInItsOrder() {
        String yaml =
                """
                version: 1
                meters:
                  - slug: tokens_total
                    eventType: prompt
                    agregation: SUM
                    valueProperty: $.tokens[*]
                  - slug: Tokens-Total
                    eventType: ""
                    aggregation: COUNT
                    valueProperty: $.x
                    groupBy:
                      subject: $.s
                      9lives: tokens
                  - eventType: prompt
                    aggregation: sum
                    windowSize: WEEK
                  - slug: tokens_total
                    eventType: prompt
                    aggregation: SUM
                """;
        assertThat(refused(yaml).getMessage().lines())
                .containsExactly(
                        "meters.yaml:1: version: is not a known field; allowed: meters",
                        "meters.yaml:3: meter tokens_total: aggregation: is missing; allowed:"
                                + " SUM, COUNT, UNIQUE_COUNT, AVG, MIN, MAX, LATEST",
                        "meters.yaml:5: meter tokens_total: agregation: is not a known field;"
                                + " did you mean aggregation?; allowed: slug, description,"
                                + " eventType, aggregation, valueProperty, groupBy, windowSize",
                        "meters.yaml:6: meter tokens_total: valueProperty: \"$.tokens[*]\" uses a"
                                + " wildcard ([*])"
                                + JSON_PATH,
                        "meters.yaml:7: meter Tokens-Total: slug: \"Tokens-Total\" is not a"
                                + " slug; allowed: ^[a-z0-9]+(?:_[a-z0-9]+)*$, at most 64"
                                + " characters",
                        "meters.yaml:8: meter Tokens-Total: eventType: is empty; allowed: the"
                                + " CloudEvents type: 1 to 256 bytes of UTF-8, no control"
                                + " characters",
                        "meters.yaml:10: meter Tokens-Total: valueProperty: COUNT counts"
                                + " events and takes no value; allowed: no valueProperty",
                        "meters.yaml:12: meter Tokens-Total: groupBy.subject: is reserved: a"
                                + " query groups by subject anyway; allowed:"
                                + " ^[a-zA-Z_][0-9a-zA-Z_]*$, but not subject",
                        "meters.yaml:13: meter Tokens-Total: groupBy.9lives: is not a valid"
                                + " name; allowed: ^[a-zA-Z_][0-9a-zA-Z_]*$, but not subject",
                        "meters.yaml:13: meter Tokens-Total: groupBy.9lives: \"tokens\" does"
                                + " not start with $"
                                + JSON_PATH,
                        "meters.yaml:14: meter #3: slug: is missing; allowed:"
                                + " ^[a-z0-9]+(?:_[a-z0-9]+)*$, at most 64 characters",
                        "meters.yaml:15: meter #3: aggregation: \"sum\" is not known; allowed:"
                                + " SUM, COUNT, UNIQUE_COUNT, AVG, MIN, MAX, LATEST",
                        "meters.yaml:16: meter #3: windowSize: \"WEEK\" is not known; allowed:"
                                + " MINUTE, HOUR, DAY",
                        "meters.yaml:17: meter tokens_total: slug: is the slug of another meter,"
                                + " in line 3; allowed: each slug once",
                        "meters.yaml:17: meter tokens_total: valueProperty: is missing, but SUM"
                                + " needs one"
                                + JSON_PATH);
    }

    @Test
    void tellsProblemsInTheirParts() {
        String yaml = "meters:\n- {slug: a, eventType: t, aggregation: COUNT, groupBy: {a: b}}";
        assertThat(refused(yaml).problems())
                .containsExactly(
                        new MeterProblem(
                                "meters.yaml",
                                2,
                                "a",
                                "groupBy.a",
                                "\"b\" does not start with $",
                                InvalidJsonPathException.ALLOWED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Tokens",
                "tokens-total",
                "_tokens",
                "tokens_",
                "tokens__total",
                "_",
                "tokens.x",
                "'tokens '",
                "'tok ens'",
                "tökens",
                "'a\n'",
                "\"a\\0\"",
            })
    void refusesSlugsOfAnotherForm(String slug) {
        String yaml = "meters:\n- {eventType: t, aggregation: COUNT, slug: " + slug + "}";
        assertThat(onlyProblem(yaml)).contains("slug: ", "is not a slug");
    }

    @Test
    void refusesASlugOfMoreThanSixtyFourCharacters() {
        String yaml = count("slug: " + "a".repeat(65));
        assertThat(onlyProblem(yaml)).contains("slug: has 65 characters", "at most 64");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SUM", "UNIQUE_COUNT", "AVG", "MIN", "MAX", "LATEST"})
    void refusesAnyOtherAggregationWithoutValue(String aggregation) {
        String yaml = "meters:\n- {slug: a, eventType: t, aggregation: " + aggregation + "}";
        assertThat(onlyProblem(yaml))
                .contains("valueProperty: is missing, but " + aggregation + " needs one");
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{'': $.a}            | groupBy.\"\": is an empty name",
                "{a-b: $.a}           | groupBy.a-b: is not a valid name",
                "{1a: $.a}            | groupBy.1a: is not a valid name",
                "{é: $.a}             | is not a valid name",
                "{subject: $.a}       | groupBy.subject: is reserved",
                "{a: $.value}         | groupBy.a: is the path of valueProperty",
                "{a: \"$['value']\"}  | groupBy.a: is the path of valueProperty",
                "{a: a}               | groupBy.a: \"a\" does not start with $",
                "{a: '$.a[0:1]'}      | uses a slice",
                "{a: '$.a[?(@.b)]'}   | uses a filter",
                "{a: }                | groupBy.a: is empty",
                "{a: [$.a]}           | groupBy.a: is not text",
                "{a: $.a, a: $.b}     | groupBy.a: stands here twice, first in line 2",
                "[$.a]                | groupBy: is not a mapping",
                "$.a                  | groupBy: is not a mapping",
                "{[a]: $.a}           | has a field name that is not text",
                "{<<: 1}              | <<: merges what is not a mapping",
            })
    void refusesGroupsThatBreakARule(String groupBy, String problem) {
        String yaml =
                "meters:\n- {slug: a, eventType: t, aggregation: SUM, valueProperty: $.value, "
                        + ("groupBy: " + groupBy + "}");
        assertThat(onlyProblem(yaml)).contains("meter a: ", problem);
    }

    @ParameterizedTest
    @CsvSource({
        "Slug, slug",
        "slugs, slug",
        "event_type, eventType",
        "eventtype, eventType",
        "aggregations, aggregation",
        "value_property, valueProperty",
        "valuePropery, valueProperty",
        "group-by, groupBy",
        "groupby, groupBy",
        "window_size, windowSize",
        "desciption, description",
    })
    void namesTheKnownFieldThatWasProbablyMeant(String unknown, String meant) {
        String yaml = count("slug: a, " + unknown + ": x");
        assertThat(onlyProblem(yaml)).contains(unknown + ": ", "did you mean " + meant + "?");
    }

    @Test
    void doesNotGuessWhereNothingIsNear() {
        String yaml = count("slug: a, unrelated: x");
        assertThat(onlyProblem(yaml))
                .contains("unrelated: is not a known field; allowed: slug, description");
    }

    @Test
    void refusesAFieldThatStandsTwice() {
        String yaml = "meters:\n- slug: a\n  eventType: t\n  aggregation: COUNT\n  slug: b\n";
        assertThat(onlyProblem(yaml))
                .isEqualTo(
                        "meters.yaml:5: meter a: slug: stands here twice, first in line 2;"
                                + " allowed: each name once");
        assertThat(onlyProblem("meters: []\nmeters: []"))
                .startsWith("meters.yaml:2: meters: stands here twice, first in line 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "~", "[a]", "{a: b}"})
    void namesAMeterByItsPlaceWhereItsSlugIsNoText(String slug) {
        String yaml = "meters:\n- {eventType: t, aggregation: COUNT, slug: " + slug + "}";
        assertThat(onlyProblem(yaml)).startsWith("meters.yaml:2: meter #1: slug: is ");
    }

    @Test
    void refusesTypesThatNoEventCanHave() {
        assertThat(typeProblem("tallyflow.void"))
                .contains(
                        "eventType: \"tallyflow.void\" is reserved: such events take others back");
        assertThat(typeProblem("\"a\\tb\"")).contains("eventType: \"a\\u0009b\" has a control");
        assertThat(typeProblem("\"a\\uD800\"")).contains("eventType: ", "lone surrogate");
        assertThat(typeProblem("é".repeat(129))).contains("eventType: has 258 bytes");
        assertThat(typeProblem("[a]")).contains("eventType: is not text");
        assertThat(typeProblem("!!binary aGk=")).contains("eventType: is not text");
        assertThat(typeProblem("")).contains("eventType: is missing");
    }

    @Test
    void refusesADescriptionThatNoStoreCanHold() {
        assertThat(onlyProblem(count("slug: a, description: \"\\0\"")))
                .contains("description: has U+0000");
    }

    private static String typeProblem(String type) {
        return onlyProblem("meters:\n- {slug: a, aggregation: COUNT, eventType: " + type + "}");
    }
}
