package io.tallyflow.functions.meter;

import static io.tallyflow.functions.meter.ReaderSamples.NOON;
import static io.tallyflow.functions.meter.ReaderSamples.event;
import static io.tallyflow.functions.meter.ReaderSamples.meter;
import static io.tallyflow.functions.meter.ReaderSamples.onlyReading;
import static io.tallyflow.functions.meter.ReaderSamples.reader;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.usage.IgnoredReading;
import io.tallyflow.schemas.usage.IgnoredReason;
import io.tallyflow.schemas.usage.MeteredEvent;
import io.tallyflow.schemas.usage.Reading;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReadingValuesTest {

    private enum NumberAggregation {
        SUM,
        AVG,
        MIN,
        MAX,
        LATEST
    }

    @ParameterizedTest
    @EnumSource
    void readsNumbersAndNumericStringsAlike(NumberAggregation aggregation) {
        for (String value :
                new String[] {
                    "100", "\"100\"", "1e2", "100.000", "\"1E+2\"", "\"\\u0031\\u00300\""
                }) {
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

    private static BigDecimal valueOf(NumberAggregation aggregation, String value) {
        MeteredEvent metered =
                reader(meter(aggregation.name())).read(event("{\"x\":" + value + "}"));
        assertThat(metered.ignored()).isEmpty();
        assertThat(onlyReading(metered).distinct()).isNull();
        BigDecimal read = onlyReading(metered).value();
        assertThat(read).isNotNull();
        return Objects.requireNonNull(read);
    }

    private static String groupOf(String data) {
        return onlyReading(
                        reader("{slug: m, eventType: t, aggregation: COUNT, groupBy: {g: $.g}}")
                                .read(event(data)))
                .group();
    }

    private static String sha256(String text) throws Exception {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
