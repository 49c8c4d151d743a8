package io.tallyflow.schemas.meter;

import static io.tallyflow.schemas.meter.RefusedMeters.count;
import static io.tallyflow.schemas.meter.RefusedMeters.onlyProblem;
import static io.tallyflow.schemas.meter.RefusedMeters.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostileMeterFileTest {

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "``                        | meters.yaml:1: is empty",
                "# nothing but a comment   | meters.yaml:1: is empty",
                "---                       | meters.yaml:1: is empty",
                "null                      | meters.yaml:1: is empty",
                "[]                        | meters.yaml:1: is not a mapping",
                "meters                    | meters.yaml:1: is not a mapping",
                "{}                        | meters.yaml:1: meters: is missing",
                "meters:                   | meters.yaml:1: meters: is not a list",
                "meters: {a: b}            | meters.yaml:1: meters: is not a list",
                "meters: [a]               | meters.yaml:1: meter #1: is not a mapping",
                "meters: [null]            | meters.yaml:1: meter #1: is not a mapping",
                "meters: [*unknown]        | meters.yaml:1: is not valid YAML: ",
                "meters: [                 | is not valid YAML: ",
            })
    void refusesAFileOfAnotherShape(String yaml, String problem) {
        assertThat(onlyProblem(yaml)).contains(problem).contains("; allowed: ");
    }

    @Test
    void namesTheLineOfASyntaxError() {
        assertThat(onlyProblem("meters:\n  - slug: a\n  eventType: t\n"))
                .startsWith("meters.yaml:3: is not valid YAML: ");
        assertThat(onlyProblem("meters: []\n---\nmeters: []\n"))
                .startsWith("meters.yaml:2: is not valid YAML: ");
        assertThat(onlyProblem("meters:\n\t- slug: a\n"))
                .startsWith("meters.yaml:2: is not valid YAML: ");
        assertThat(onlyProblem("meters:\n  - slug: a\u0007\n"))
                .startsWith("meters.yaml:2: has \"\\u0007\" in it");
    }

    @Test
    void showsHostileTextOnOneLineAndCutShort() {
        String yaml = count("slug: \"a\\n\\e[31m" + "x".repeat(5000) + "\"");
        assertThat(refused(yaml).problems()).hasSize(1);
        assertThat(onlyProblem(yaml))
                .contains("\"a\\u000a\\u001b[31mxxx")
                .doesNotContain("\n", "\u001b")
                .hasSizeLessThan(300);
    }

    @Test
    void neverBuildsObjectsThatTheFileNames() {
        String yaml = "meters: !!javax.script.ScriptEngineManager [!!java.net.URL [\"x\"]]";
        assertThat(refused(yaml).getMessage())
                .contains("meters.yaml:1: is not valid YAML: Global tag");
    }

    @Test
    void survivesAliasesThatMultiply() {
        String levels =
                IntStream.range(1, 40)
                        .mapToObj(
                                i -> "m%d: &m%d {<<: [*m%d, *m%d]}\n".formatted(i, i, i - 1, i - 1))
                        .collect(Collectors.joining());
        String laughs = "m0: &m0 {a: b}\n" + levels + "meters: [{<<: *m39}]\n";
        String lists = "a: &a [x, x]\nb: &b [*a, *a]\nmeters: [*b, *b]\n";
        String itself = "meters: &m [*m, {slug: *m, <<: *m}]\n";
        String many =
                "meters:\n- &m {groupBy: {"
                        + IntStream.range(0, 20_000)
                                .mapToObj(i -> "a" + i + ": $.a")
                                .collect(Collectors.joining(", "))
                        + "}}\n"
                        + "- *m\n".repeat(20_000);
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> {
                    for (String yaml : List.of(laughs, lists, itself, many)) {
                        assertThat(refused(yaml).problems()).isNotEmpty();
                    }
                });
        assertThat(refused(many).getMessage()).contains("has too many fields");
    }

    @Test
    void readsAMappingOnceHoweverOftenItIsMerged() {
        String meters =
                IntStream.range(1, 40)
                        .mapToObj(
                                i ->
                                        "- {slug: m%d, groupBy: &g%d {<<: [*g%d, *g%d]}, <<: *m}\n"
                                                .formatted(i, i, i - 1, i - 1))
                        .collect(Collectors.joining());
        String first = "- &m {slug: m0, eventType: t, aggregation: COUNT, groupBy: &g0 {a: $.a}}\n";
        List<Meter> read = MeterFile.parse("meters.yaml", "meters:\n" + first + meters);
        assertThat(read).hasSize(40);
        assertThat(read.get(39).groupBy()).isEqualTo(read.get(0).groupBy());
    }

    @Test
    void survivesDeepNesting() {
        assertThat(refused("meters: " + "[".repeat(10_000)).getMessage())
                .contains("meters.yaml:1: is not valid YAML: ");
    }

    @Property(seed = "5006", tries = 3_000)
    void neverFailsInAnotherWay(
            @ForAll
                    @StringLength(max = 30)
                    @CharRange(from = ' ', to = '~')
                    @CharRange(from = '\t', to = '\n')
                    String text) {
        for (String yaml : List.of(text, "meters:\n- slug: a\n  " + text, "meters: " + text)) {
            try {
                MeterFile.parse("meters.yaml", yaml);
            } catch (InvalidMetersException e) {
                assertThat(e.problems()).isNotEmpty();
            }
        }
    }
}
