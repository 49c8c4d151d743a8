package io.tallyflow.schemas.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.measure.Aggregation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MeterFileTest {

    private static final String TOKENS =
            """
            meters:
              - slug: tokens_total            # a comment
                description: AI tokens used
                eventType: prompt
                aggregation: SUM
                valueProperty: $.tokens
                groupBy:
                  type: $.type
                  model: $.model
                windowSize: HOUR
            """;

    private static final Meter TOKENS_TOTAL =
            new Meter(
                    "tokens_total",
                    "AI tokens used",
                    "prompt",
                    Aggregation.SUM,
                    JsonPath.parse("$.tokens"),
                    List.of(group("model", "$.model"), group("type", "$.type")),
                    WindowSize.HOUR);

    @Test
    void readsAMeterAndSortsItsGroups() {
        assertThat(MeterFile.parse("meters.yaml", TOKENS)).containsExactly(TOKENS_TOTAL);
    }

    @Test
    void readsAFileWithOrWithoutByteOrderMark(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("meters.yaml");
        Files.writeString(file, TOKENS);
        assertThat(MeterFile.read(file)).containsExactly(TOKENS_TOTAL);
        Files.writeString(file, "\ufeff" + TOKENS);
        assertThat(MeterFile.read(file)).containsExactly(TOKENS_TOTAL);
    }

    @Test
    void leavesAFileThatIsNotThereToTheCaller(@TempDir Path folder) {
        assertThatThrownBy(() -> MeterFile.read(folder.resolve("none.yaml")))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void namesTheFileAndLineOfABrokenByte(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("meters.yaml");
        Files.write(file, "meters:\n  - slug: \u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> MeterFile.read(file))
                .isInstanceOf(InvalidMetersException.class)
                .hasMessage("meters.yaml:2: is not UTF-8; allowed: UTF-8");
    }

    @Test
    void refusesAFileThatIsTooLarge(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("meters.yaml");
        Files.write(file, new byte[MeterFile.MAX_BYTES + 1]);
        assertThatThrownBy(() -> MeterFile.read(file))
                .isInstanceOf(InvalidMetersException.class)
                .hasMessageContaining("meters.yaml:1: is too large");
    }

    @Test
    void takesDefaultsForWhatIsNotSaid() {
        Meter meter = one("{slug: calls, eventType: request, aggregation: COUNT}");
        assertThat(meter)
                .isEqualTo(
                        new Meter(
                                "calls",
                                "",
                                "request",
                                Aggregation.COUNT,
                                null,
                                List.of(),
                                WindowSize.MINUTE));
    }

    @Test
    void takesAnEmptyOptionalFieldAsAbsent() {
        Meter meter =
                one(
                        """
                        {slug: calls, eventType: request, aggregation: COUNT,
                         description: , groupBy: ~, windowSize: null, valueProperty: }
                        """);
        assertThat(meter.description()).isEmpty();
        assertThat(meter.groupBy()).isEmpty();
        assertThat(meter.windowSize()).isEqualTo(WindowSize.MINUTE);
        assertThat(meter.valuePath()).isNull();
    }

    @ParameterizedTest
    @EnumSource
    void readsEveryAggregation(Aggregation aggregation) {
        String value = aggregation == Aggregation.COUNT ? "" : ", valueProperty: $.x";
        Meter meter = one("{slug: a, eventType: t, aggregation: " + aggregation + value + "}");
        assertThat(meter.aggregation()).isEqualTo(aggregation);
        assertThat(meter.valuePath() != null).isEqualTo(aggregation.needsValue());
    }

    @ParameterizedTest
    @EnumSource
    void readsEveryWindowSize(WindowSize size) {
        Meter meter = one("{slug: a, eventType: t, aggregation: COUNT, windowSize: " + size + "}");
        assertThat(meter.windowSize()).isEqualTo(size);
    }

    @Test
    void takesTextAsWrittenWhateverYamlMakesOfIt() {
        Meter meter =
                one(
                        """
                        slug: 007
                        eventType: 1.10
                        aggregation: COUNT
                        description: 2024-01-01
                        groupBy: {on: $.a, null: $.b, y: "$['a b']"}
                        """);
        assertThat(meter.slug()).isEqualTo("007");
        assertThat(meter.eventType()).isEqualTo("1.10");
        assertThat(meter.description()).isEqualTo("2024-01-01");
        assertThat(meter.groupBy()).extracting(GroupDimension::name).contains("on", "null", "y");
    }

    @Test
    void acceptsNoMetersWhereTheFileSaysSo() {
        assertThat(MeterFile.parse("meters.yaml", "meters: []")).isEmpty();
    }

    @Test
    void acceptsTheLongestSlugAndAnyNumberOfPartsInIt() {
        String slug = "a_1".repeat(21) + "z";
        assertThat(slug).hasSize(64);
        assertThat(one("{slug: " + slug + ", eventType: t, aggregation: COUNT}").slug())
                .isEqualTo(slug);
    }

    @Test
    void followsAliasesAndMergeKeys() {
        List<Meter> meters =
                MeterFile.parse(
                        "meters.yaml",
                        """
                        meters:
                          - &base
                            slug: a
                            eventType: prompt
                            aggregation: SUM
                            valueProperty: $.x
                            groupBy: &by {model: $.model}
                          - slug: b
                            eventType: prompt
                            aggregation: COUNT
                            groupBy: *by
                          - <<: *base
                            slug: c
                            groupBy: {<<: *by, type: $.type}
                        """);
        assertThat(meters).extracting(Meter::slug).containsExactly("a", "b", "c");
        assertThat(meters.get(1).groupBy()).containsExactly(group("model", "$.model"));
        assertThat(meters.get(2))
                .isEqualTo(
                        new Meter(
                                "c",
                                "",
                                "prompt",
                                Aggregation.SUM,
                                JsonPath.parse("$.x"),
                                List.of(group("model", "$.model"), group("type", "$.type")),
                                WindowSize.MINUTE));
    }

    @Test
    void letsTheNearestOfSeveralMergedFieldsWin() {
        List<Meter> meters =
                MeterFile.parse(
                        "meters.yaml",
                        """
                        meters:
                          - &first {slug: a, eventType: one, aggregation: COUNT, description: x}
                          - &second {slug: b, eventType: two, aggregation: COUNT, windowSize: DAY}
                          - {<<: [*first, *second], slug: c}
                        """);
        assertThat(meters.get(2).eventType()).isEqualTo("one");
        assertThat(meters.get(2).description()).isEqualTo("x");
        assertThat(meters.get(2).windowSize()).isEqualTo(WindowSize.DAY);
    }

    @Test
    void keepsWhatLooksLikeSqlAsText() {
        Meter meter = one("{slug: a, eventType: \"x'); DROP TABLE m; --\", aggregation: COUNT}");
        assertThat(meter.eventType()).isEqualTo("x'); DROP TABLE m; --");
    }

    private static Meter one(String fields) {
        String yaml = "meters:\n  -\n" + fields.indent(4);
        return MeterFile.parse("meters.yaml", yaml).get(0);
    }

    private static GroupDimension group(String name, String path) {
        return new GroupDimension(name, JsonPath.parse(path));
    }
}
