package io.tallyflow.functions.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.MeterFile;
import io.tallyflow.schemas.usage.IgnoredReading;
import io.tallyflow.schemas.usage.IgnoredReason;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import io.tallyflow.schemas.usage.UsageCell;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeterReaderTest {

    private static final String NOON = "2023-01-01T12:34:56.789012Z";

    private enum NumberAggregation {
        SUM,
        AVG,
        MIN,
        MAX,
        LATEST
    }

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
        assertThat(new MeterReader(List.of()).read(event).matched()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void readsNumbersAndNumericStringsAlike(NumberAggregation aggregation) {
        for (String value : new String[] {"100", "\"100\"", "1e2", "100.000", "\"1E+2\""}) {
            assertThat(valueOf(aggregation, value)).isEqualTo(new BigDecimal("100"));
        }
        assertThat(valueOf(aggregation, "\"0.4567890123456789\""))
                .isEqualTo(new BigDecimal("0.4567890123456789"));
        assertThat(valueOf(aggregation, "9007199254740993"))
                .isEqualTo(new BigDecimal("9007199254740993"));
        assertThat(valueOf(aggregation, "-0.1")).isEqualTo(new BigDecimal("-0.1"));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{}                                   | MISSING",
                "{\"other\":1}                        | MISSING",
                "{\"x\":null}                         | NULL",
                "{\"x\":{}}                           | OBJECT",
                "{\"x\":{\"x\":1}}                    | OBJECT",
                "{\"x\":[1]}                          | ARRAY",
                "{\"x\":true}                         | BOOLEAN",
                "{\"x\":false}                        | BOOLEAN",
                "{\"x\":\"\"}                         | NUMBER_FORMAT",
                "{\"x\":\"abc\"}                      | NUMBER_FORMAT",
                "{\"x\":\"12abc\"}                    | NUMBER_FORMAT",
                "{\"x\":\"NaN\"}                      | NUMBER_FORMAT",
                "{\"x\":\"Inf\"}                      | NUMBER_FORMAT",
                "{\"x\":\"true\"}                     | NUMBER_FORMAT",
                "{\"x\":1e20}                         | NUMBER_RANGE",
                "{\"x\":1e999999999}                  | NUMBER_RANGE",
                "{\"x\":\"-1e999999999\"}             | NUMBER_RANGE",
            })
    void takesNoReadingFromWhatIsNoNumberAndSaysWhy(String data, IgnoredReason reason) {
        for (NumberAggregation aggregation : NumberAggregation.values()) {
            MeteredEvent metered = reader(meter(aggregation.name())).read(event(data));
            assertThat(metered.matched()).isTrue();
            assertThat(metered.readings()).isEmpty();
            assertThat(metered.ignored()).containsExactly(new IgnoredReading("m", reason));
        }
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"{}", "{\"x\":null}", "{\"x\":\"NaN\"}", "{\"x\":[{}]}"})
    void countsWhateverTheDataIs(@Nullable String data) {
        MeteredEvent metered =
                reader("{slug: m, eventType: t, aggregation: COUNT, groupBy: {x: $.y}}")
                        .read(event("t", NOON, data));
        assertThat(metered.ignored()).isEmpty();
        Reading reading = onlyReading(metered);
        assertThat(reading.value()).isNull();
        assertThat(reading.distinct()).isNull();
        assertThat(reading.group()).isEqualTo("{\"x\":\"\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"SUM", "LATEST", "UNIQUE_COUNT"})
    void findsNothingInAnEventWithoutData(String aggregation) {
        MeteredEvent metered = reader(meter(aggregation)).read(event("t", NOON, null));
        assertThat(metered.readings()).isEmpty();
        assertThat(metered.ignored())
                .containsExactly(new IgnoredReading("m", IgnoredReason.MISSING));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "100        | 100",
                "\"100\"    | 100",
                "1e2        | 100",
                "-0         | 0",
                "7          | 7",
                "\"007\"    | 007",
                "\"1e2\"    | 1e2",
                "\"NaN\"    | NaN",
                "\"\"       | ``",
                "true       | true",
                "false      | false",
                "0.4567890123456789012345 | 0.4567890123456789012345",
            })
    void takesTheTextOfADistinctValue(String value, String distinct) {
        MeteredEvent metered = reader(meter("UNIQUE_COUNT")).read(event("{\"x\":" + value + "}"));
        assertThat(onlyReading(metered).distinct()).isEqualTo(distinct);
        assertThat(onlyReading(metered).value()).isNull();
        assertThat(metered.ignored()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "{} | MISSING",
                "{\"x\":null} | NULL",
                "{\"x\":{}} | OBJECT",
                "{\"x\":[]} | ARRAY"
            })
    void takesNoDistinctValueFromWhatHasNoText(String data, IgnoredReason reason) {
        MeteredEvent metered = reader(meter("UNIQUE_COUNT")).read(event(data));
        assertThat(metered.readings()).isEmpty();
        assertThat(metered.ignored()).containsExactly(new IgnoredReading("m", reason));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = '|',
            value = {
                "\"gpt-4\"      | gpt-4",
                "\"\"           | ``",
                "null           | ``",
                "{}             | ``",
                "[\"a\"]        | ``",
                "true           | true",
                "false          | false",
                "1e2            | 100",
                "100.0          | 100",
                "-0             | 0",
                "0.10           | 0.1",
                "\"007\"        | 007",
                "\"O'Brien; DROP TABLE usage; --\" | O'Brien; DROP TABLE usage; --",
                "\"customer', (SELECT sleep(3)), 'key\" | customer', (SELECT sleep(3)), 'key",
                "\"\\u00e9\\ud83d\\ude80\" | é🚀",
                "\"a\\\"b\\\\c\\nd\" | a\\\"b\\\\c\\u000ad",
            })
    void makesTextOfGroupValues(String value, String text) {
        assertThat(groupOf("{\"g\":" + value + "}")).isEqualTo("{\"g\":\"" + text + "\"}");
    }

    @Test
    void takesAMissingGroupValueAsEmpty() {
        assertThat(groupOf("{}")).isEqualTo("{\"g\":\"\"}");
        assertThat(groupOf("{\"G\":1}")).isEqualTo("{\"g\":\"\"}");
    }

    @Test
    void hashesGroupAndDistinctTextsThatAreLong() throws Exception {
        String text = "'é\\\"".repeat(5 * 1024);
        String written = text.replace("\\", "\\\\").replace("\"", "\\\"");
        String hash = "sha256:" + sha256(text);
        assertThat(groupOf("{\"g\":\"" + written + "\"}")).isEqualTo("{\"g\":\"" + hash + "\"}");
        MeteredEvent metered =
                reader(meter("UNIQUE_COUNT")).read(event("{\"x\":\"" + written + "\"}"));
        assertThat(onlyReading(metered).distinct()).isEqualTo(hash);
        assertThat(groupOf("{\"g\":1e999999999}"))
                .isEqualTo("{\"g\":\"sha256:" + sha256("1e999999999") + "\"}");
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

    private static BigDecimal valueOf(NumberAggregation aggregation, String value) {
        MeteredEvent metered =
                reader(meter(aggregation.name())).read(event("{\"x\":" + value + "}"));
        assertThat(metered.ignored()).isEmpty();
        assertThat(onlyReading(metered).distinct()).isNull();
        BigDecimal read = onlyReading(metered).value();
        assertThat(read).isNotNull();
        return Objects.requireNonNull(read);
    }

    private static String sum(String data) {
        return String.valueOf(onlyReading(reader(meter("SUM")).read(event(data))).value());
    }

    private static String groupOf(String data) {
        return onlyReading(
                        reader("{slug: m, eventType: t, aggregation: COUNT, groupBy: {g: $.g}}")
                                .read(event(data)))
                .group();
    }

    private static Reading onlyReading(MeteredEvent metered) {
        assertThat(metered.readings()).hasSize(1);
        return metered.readings().get(0);
    }

    private static String meter(String aggregation) {
        return "{slug: m, eventType: t, valueProperty: $.x, aggregation: " + aggregation + "}";
    }

    private static MeterReader reader(String... meters) {
        String yaml = "meters:\n- " + String.join("\n- ", meters);
        List<Meter> parsed = MeterFile.parse("meters.yaml", yaml);
        return new MeterReader(parsed);
    }

    private static UsageEvent event(String data) {
        return event("t", NOON, data);
    }

    private static UsageEvent event(String type, String time, @Nullable String data) {
        Instant instant = Instant.parse(time);
        long micros = instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1_000;
        byte[] bytes = data == null ? null : data.getBytes(StandardCharsets.UTF_8);
        return new UsageEvent(
                "customer-1",
                "service-0",
                "00001",
                type,
                micros,
                bytes,
                3,
                77,
                instant.toEpochMilli());
    }

    private static Tuple tuple(@Nullable Object... values) {
        return Tuple.tuple(values);
    }

    private static String sha256(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
