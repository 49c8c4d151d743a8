package io.tallyflow.schemas.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.meter.JsonPath.Index;
import io.tallyflow.schemas.meter.JsonPath.Name;
import io.tallyflow.schemas.meter.JsonPath.Step;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JsonPathTest {

    static List<Arguments> definitePaths() {
        return List.of(
                path("$"),
                path("$.a", name("a")),
                path("$.a.b", name("a"), name("b")),
                path("$['a b']", name("a b")),
                path("$[\"a\"]", name("a")),
                path("$.a[0]", name("a"), index(0)),
                path("$.a[12][3].b", name("a"), index(12), index(3), name("b")),
                path("$[ 'a' ][ 1 ]", name("a"), index(1)),
                path("$['']", name("")),
                path("$['a.b'][\"c'd\"]", name("a.b"), name("c'd")),
                path("$['*']['..']['[0]']['$']", name("*"), name(".."), name("[0]"), name("$")),
                path("$['it\\'s']", name("it's")),
                path("$[\"\\\"\\\\\\/\"]", name("\"\\/")),
                path("$['\\b\\f\\n\\r\\t']", name("\b\f\n\r\t")),
                path("$['\\u00e9\\uD83D\\uDE80']", name("é🚀")),
                path("$.é.名前", name("é"), name("名前")),
                path("$.duration_ms.x-1.2", name("duration_ms"), name("x-1"), name("2")),
                path("$['; DROP TABLE x; --']", name("; DROP TABLE x; --")));
    }

    @ParameterizedTest
    @MethodSource("definitePaths")
    void readsDefinitePaths(String text, List<Step> steps) {
        assertThat(JsonPath.parse(text)).isEqualTo(new JsonPath(text, steps));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "$.*                | wildcard",
                "$[*]               | wildcard",
                "$.a[ * ]           | wildcard",
                "$..a               | recursive descent",
                "$.a..b             | recursive descent",
                "$..*               | recursive descent",
                "$.a[?(@.x > 1)]    | filter",
                "$[?@.x]            | filter",
                "$.a[(@.length-1)]  | script",
                "$.a.length()       | function",
                "$.a[1:2]           | slice",
                "$.a[:2]            | slice",
                "$.a[1:]            | slice",
                "$.a[0,1]           | union",
                "$['a','b']         | union",
                "$.a[-1]            | negative index",
                "$.a[01]            | starts with 0",
                "$.a[1234567890]    | digits",
                "a.b                | does not start with $",
                ".a                 | does not start with $",
                "` $.a`             | does not start with $",
                "`$.a `             | where . or [ should be",
                "$a                 | where . or [ should be",
                "$.a b              | where . or [ should be",
                "$.                 | ends where a name should be",
                "$.a.               | ends where a name should be",
                "$.[0]              | a point before [",
                "$.@                | in a name",
                "$.'a'              | in a name",
                "$[a]               | needs quotes",
                "$[]                | nothing between",
                "$[                 | ends where a name or an index should be",
                "$[0                | ends where ] should be",
                "$[0.5]             | where ] should be",
                "$['a'x]            | where ] should be",
                "$['a               | without its closing",
                "$['a\\             | escape",
                "$['\\x41']         | escape",
                "$['\\u12']         | hex digits",
                "$['\\u0000']       | U+0000",
                "$['\\ud800']       | lone surrogate",
                "$['\\ud800x']      | lone surrogate",
            })
    void refusesEverythingElseAndSaysWhy(String text, String problem) {
        assertThatThrownBy(() -> JsonPath.parse(text))
                .isInstanceOf(InvalidJsonPathException.class)
                .hasMessageContaining(problem)
                .hasMessageContaining("allowed: ")
                .hasMessageContaining("$.a.b");
    }

    @Test
    void refusesAnEmptyText() {
        assertThatThrownBy(() -> JsonPath.parse("")).isInstanceOf(InvalidJsonPathException.class);
    }

    @Test
    void refusesMoreStepsThanDataHasLevels() {
        assertThat(JsonPath.parse("$" + ".a".repeat(32)).steps()).hasSize(32);
        assertThatThrownBy(() -> JsonPath.parse("$" + ".a".repeat(33)))
                .isInstanceOf(InvalidJsonPathException.class)
                .hasMessageContaining("32 steps");
    }

    @Test
    void knowsTwoSpellingsOfOnePlace() {
        JsonPath path = JsonPath.parse("$.a[0].b");
        assertThat(path.pointsWhere(JsonPath.parse("$['a'][0][\"b\"]"))).isTrue();
        assertThat(path.pointsWhere(JsonPath.parse("$.a['0'].b"))).isFalse();
    }

    @Property(seed = "5005", tries = 2_000)
    void neverFailsInAnotherWay(@ForAll String text) {
        for (String path : List.of(text, "$." + text, "$['" + text, "$[" + text + "]")) {
            try {
                assertThat(JsonPath.parse(path).text()).isEqualTo(path);
            } catch (InvalidJsonPathException refused) {
                assertThat(refused.problem()).isNotBlank();
            }
        }
    }

    private static Arguments path(String text, Step... steps) {
        return Arguments.of(text, List.of(steps));
    }

    private static Step name(String name) {
        return new Name(name);
    }

    private static Step index(int index) {
        return new Index(index);
    }
}
