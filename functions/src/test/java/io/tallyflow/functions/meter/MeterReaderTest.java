package io.tallyflow.functions.meter;

import static io.tallyflow.functions.meter.ReaderSamples.NOON;
import static io.tallyflow.functions.meter.ReaderSamples.event;
import static io.tallyflow.functions.meter.ReaderSamples.meter;
import static io.tallyflow.functions.meter.ReaderSamples.onlyReading;
import static io.tallyflow.functions.meter.ReaderSamples.reader;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.functions.paths.Kind;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.Places;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.usage.IgnoredReading;
import io.tallyflow.schemas.usage.IgnoredReason;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeterReaderTest {

    @Test
    void matchesMetersByTypeAlone() {
        MeterReader reader =
                reader(
                        "{slug: a, eventType: request, aggregation: COUNT}",
                        "{slug: b, eventType: prompt, aggregation: COUNT}",
                        "{slug: c, eventType: request, aggregation: COUNT}");
        UsageEvent event = event("request", NOON, "{}");
        MeteredEvent metered = reader.read(event);
        assertThat(metered.event()).isSameAs(event);
        assertThat(metered.matched()).isTrue();
        assertThat(metered.readings()).extracting(Reading::meter).containsExactly("a", "c");
        assertThat(metered.ignored()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Request", "request ", "other"})
    void leavesAnEventOfAnotherTypeUnmatched(String type) {
        MeterReader reader = reader("{slug: a, eventType: request, aggregation: COUNT}");
        UsageEvent event = event(type, NOON, "{}");
        assertThat(reader.read(event))
                .isEqualTo(new MeteredEvent(event, List.of(), List.of(), false));
        assertThat(MeterReader.ofFirsts(List.of()).read(event).matched()).isFalse();
    }

    @Test
    void sortsGroupsByName() {
        MeterReader reader =
                reader(
                        "{slug: m, eventType: t, aggregation: COUNT,"
                                + " groupBy: {type: $.a, model: $.b, Region: $.c}}");
        assertThat(onlyReading(reader.read(event("{\"a\":1,\"b\":2,\"c\":3}"))).group())
                .isEqualTo("{\"Region\":\"3\",\"model\":\"2\",\"type\":\"1\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "MINUTE, 2023-01-01T12:34:00Z, 2023-01-01T12:35:00Z",
        "HOUR, 2023-01-01T12:00:00Z, 2023-01-01T13:00:00Z",
        "DAY, 2023-01-01T00:00:00Z, 2023-01-02T00:00:00Z",
    })
    void putsAReadingInTheWindowOfItsTime(String size, Instant start, Instant end) {
        MeterReader reader =
                reader("{slug: m, eventType: t, aggregation: COUNT, windowSize: " + size + "}");
        assertThat(onlyReading(reader.read(event("{}"))).cell("customer-1"))
                .isEqualTo(
                        new UsageCell(
                                "m", "customer-1", "{}", start.toEpochMilli(), end.toEpochMilli()));
    }

    @Test
    void putsABoundaryInTheWindowThatItBegins() {
        MeterReader reader = reader("{slug: m, eventType: t, aggregation: COUNT}");
        long minute = Instant.parse("2023-01-01T12:35:00Z").toEpochMilli();
        Reading last = onlyReading(reader.read(event("t", "2023-01-01T12:34:59.999999Z", "{}")));
        Reading first = onlyReading(reader.read(event("t", "2023-01-01T12:35:00Z", "{}")));
        assertThat(last.windowEndMillis()).isEqualTo(minute);
        assertThat(first.windowStartMillis()).isEqualTo(minute);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "$.a.b              | {\"a\":{\"b\":5}}                     | 5",
                "$.a.b              | {\"b\":1,\"a\":{\"a\":{\"b\":2},\"b\":5}} | 5",
                "$['a b']           | {\"a b\":5}                           | 5",
                "$['a.b']           | {\"a\":{\"b\":1},\"a.b\":5}           | 5",
                "$.a[0]             | {\"a\":[5,6]}                         | 5",
                "$.a[2].b           | {\"a\":[{\"b\":1},[2],{\"b\":5},{}]}  | 5",
                "$.a[1][1]          | {\"a\":[[1,2],[3,5,4]]}               | 5",
                "$['é\\u0022']      | {\"\\u00e9\\\"\":5}                   | 5",
                "$['']              | {\"\":5}                              | 5",
                "$.a.b              | {\"a\":5}                             | ``",
                "$.a.b              | {\"a\":[{\"b\":5}]}                   | ``",
                "$.a[0]             | {\"a\":{\"0\":5}}                     | ``",
                "$.a['0']           | {\"a\":[5]}                           | ``",
                "$.a[1]             | {\"a\":[5]}                           | ``",
                "$.a.b              | {\"a\":null}                          | ``",
                "$.a                | {\"A\":5}                             | ``",
            })
    void followsAPathAndNothingElse(String path, String data, String expected) {
        MeterReader reader =
                reader(
                        "{slug: m, eventType: t, aggregation: UNIQUE_COUNT, valueProperty: \""
                                + path.replace("\\", "\\\\")
                                + "\"}");
        MeteredEvent metered = reader.read(event(data));
        if (expected.isEmpty()) {
            assertThat(metered.ignored())
                    .containsExactly(new IgnoredReading("m", IgnoredReason.MISSING));
        } else {
            assertThat(onlyReading(metered).distinct()).isEqualTo(expected);
        }
    }

    @Test
    void readsManyMetersFromOneWalkWhosePathsShareAndNest() {
        MeterReader reader =
                reader(
                        "{slug: a, eventType: t, aggregation: SUM, valueProperty: $.u.in,"
                                + " groupBy: {m: $.m, u: $.u, first: '$.l[0]'}}",
                        "{slug: b, eventType: t, aggregation: SUM, valueProperty: $.u.out,"
                                + " groupBy: {m: \"$['m']\"}}",
                        "{slug: c, eventType: t, aggregation: SUM, valueProperty: $.u}",
                        "{slug: d, eventType: t, aggregation: UNIQUE_COUNT, valueProperty: $.m}",
                        "{slug: e, eventType: t, aggregation: SUM, valueProperty: $}",
                        "{slug: f, eventType: t, aggregation: COUNT, groupBy: {in: $.u.in}}");
        MeteredEvent metered =
                reader.read(
                        event(
                                "{\"skip\":{\"u\":{\"in\":9}},\"u\":{\"out\":2,\"in\":1},"
                                        + "\"l\":[\"x\",{\"m\":7}],\"m\":\"gpt\"}"));
        assertThat(metered.readings())
                .extracting(Reading::meter, Reading::group, Reading::value, Reading::distinct)
                .containsExactly(
                        tuple(
                                "a",
                                "{\"first\":\"x\",\"m\":\"gpt\",\"u\":\"\"}",
                                BigDecimal.ONE,
                                null),
                        tuple("b", "{\"m\":\"gpt\"}", new BigDecimal("2"), null),
                        tuple("d", "{}", null, "gpt"),
                        tuple("f", "{\"in\":\"1\"}", null, null));
        assertThat(metered.ignored())
                .containsExactly(
                        new IgnoredReading("c", IgnoredReason.OBJECT),
                        new IgnoredReading("e", IgnoredReason.OBJECT));
    }

    @Test
    void carriesNothingFromOneEventToTheNext() {
        MeterReader reader =
                reader(
                        "{slug: m, eventType: t, aggregation: SUM, valueProperty: $.x,"
                                + " groupBy: {g: $.g}}");
        assertThat(reader.read(event("{\"x\":1,\"g\":\"a\"}")).readings()).hasSize(1);
        assertThat(onlyReading(reader.read(event("{\"x\":2}"))).group()).isEqualTo("{\"g\":\"\"}");
        assertThat(reader.read(event("{\"g\":\"b\"}")).readings()).isEmpty();
    }

    @Test
    void readsWherePlacesSayAndWalksWhereTheyAreOfOtherPaths() {
        MeterReader reader =
                reader("{slug: m, eventType: t, aggregation: SUM, valueProperty: $.x}");
        UsageEvent event = event("{\"x\":1,\"y\":2}");
        assertThat(onlyReading(reader.read(event, placesOfSecondValue("$.x"))).value())
                .isEqualTo(new BigDecimal("2"));
        assertThat(onlyReading(reader.read(event, placesOfSecondValue("$.y"))).value())
                .isEqualTo(BigDecimal.ONE);
    }

    private static int[] placesOfSecondValue(String path) {
        int[] places = Places.none(new PathTrie("t", List.of(JsonPath.parse(path))));
        Places.put(places, 0, Kind.NUMBER, 11, 12);
        return places;
    }

    @Test
    void readsDataOfAnyShapeThatARecordCanHold() {
        String names =
                IntStream.range(0, 20_000)
                        .mapToObj(i -> "\"k" + i + "\":" + i)
                        .collect(Collectors.joining(","));
        assertThat(sum("{" + names + ",\"x\":5}")).isEqualTo("5");
        assertThat(sum("{\"" + "n".repeat(200_000) + "\":1,\"x\":5}")).isEqualTo("5");
        assertThat(sum("{\"s\":\"" + "€".repeat(80_000) + "\",\"x\":5}")).isEqualTo("5");
        assertThat(sum("{\"d\":" + "[".repeat(31) + "]".repeat(31) + ",\"x\":5}")).isEqualTo("5");
        assertThat(sum(" \n{ \"x\" : " + "0.".concat("0".repeat(58)) + "5e59 } ")).isEqualTo("5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "5", "{\"x\":5", "{\"x\":}", "{\"x\":5}}", "{\"x\":5} {}"})
    void throwsWhereDataIsNotTheObjectItWasAcceptedAs(String data) {
        MeterReader reader = reader(meter("SUM"));
        assertThatThrownBy(() -> reader.read(event(data)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("partition 3, offset 77");
    }

    private static String sum(String data) {
        return String.valueOf(onlyReading(reader(meter("SUM")).read(event(data))).value());
    }

    private static Tuple tuple(@Nullable Object... values) {
        return Tuple.tuple(values);
    }
}
