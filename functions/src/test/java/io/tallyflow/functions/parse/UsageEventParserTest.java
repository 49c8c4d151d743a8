package io.tallyflow.functions.parse;

import static io.tallyflow.functions.parse.Records.KAFKA_TIME;
import static io.tallyflow.functions.parse.Records.OFFSET;
import static io.tallyflow.functions.parse.Records.PARTITION;
import static io.tallyflow.functions.parse.Records.STRUCTURED;
import static io.tallyflow.functions.parse.Records.accepted;
import static io.tallyflow.functions.parse.Records.at;
import static io.tallyflow.functions.parse.Records.binary;
import static io.tallyflow.functions.parse.Records.data;
import static io.tallyflow.functions.parse.Records.headers;
import static io.tallyflow.functions.parse.Records.json;
import static io.tallyflow.functions.parse.Records.record;
import static io.tallyflow.functions.parse.Records.structured;
import static io.tallyflow.functions.parse.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.UsageEvent;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is accepted, and as what. What is rejected: {@link RejectionTest}. */
final class UsageEventParserTest {

    private static final long DAY = 86_400_000L;

    @Test
    void readsAStructuredEvent() {
        UsageEvent event =
                accepted(
                        structured(
                                """
                                {"specversion":"1.0","id":"a-1","source":"/gw","type":"prompt",
                                 "subject":"customer-1","time":"2023-12-31T23:59:59.1234567Z",
                                 "datacontenttype":"application/json","dataschema":"x",
                                 "data": {"tokens": 12} }
                                """));
        assertThat(event.id()).isEqualTo("a-1");
        assertThat(event.source()).isEqualTo("/gw");
        assertThat(event.type()).isEqualTo("prompt");
        assertThat(event.subject()).isEqualTo("customer-1");
        assertThat(event.timeMicros()).isEqualTo(1_704_067_199_123_456L);
        assertThat(data(event)).isEqualTo("{\"tokens\": 12}");
        assertThat(event.partition()).isEqualTo(PARTITION);
        assertThat(event.offset()).isEqualTo(OFFSET);
        assertThat(event.kafkaTimeMillis()).isEqualTo(KAFKA_TIME);
    }

    @Test
    void readsABinaryEvent() {
        UsageEvent event =
                accepted(
                        record(
                                utf8(" {\"tokens\": 12} "),
                                headers(
                                        "ce_id", "a-1",
                                        "ce_subject", "Zoë \uD83D\uDE00",
                                        "traceparent", "\u0000",
                                        "ce_source", "/gw",
                                        "ce_time", "2023-12-31T23:59:59.5+01:00",
                                        "ce_type", "prompt",
                                        "content-type", "application/json; charset=utf-8",
                                        "ce_tenant", "",
                                        "ce_specversion", "1.0")));
        assertThat(event.id()).isEqualTo("a-1");
        assertThat(event.source()).isEqualTo("/gw");
        assertThat(event.type()).isEqualTo("prompt");
        assertThat(event.subject()).isEqualTo("Zoë \uD83D\uDE00");
        assertThat(event.timeMillis())
                .isEqualTo(Instant.parse("2023-12-31T22:59:59.500Z").toEpochMilli());
        assertThat(data(event)).isEqualTo("{\"tokens\": 12}");
        assertThat(event.partition()).isEqualTo(PARTITION);
        assertThat(event.offset()).isEqualTo(OFFSET);
        assertThat(event.kafkaTimeMillis()).isEqualTo(KAFKA_TIME);
    }

    @Test
    void tellsRecordAndEventTheSameCoordinates() {
        ParsedRecord parsed = new UsageEventParser().parse(structured(json("")));
        assertThat(parsed.partition()).isEqualTo(PARTITION);
        assertThat(parsed.offset()).isEqualTo(OFFSET);
        assertThat(parsed.kafkaTimeMillis()).isEqualTo(KAFKA_TIME);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/cloudevents+json",
                "application/cloudevents+json; charset=utf-8",
                "application/cloudevents+json;charset=\"UTF-8\"; x=y",
                "Application/CloudEvents+JSON",
                " application/cloudevents+json "
            })
    void readsStructuredModeByItsContentType(String contentType) {
        UsageEvent event = accepted(record(utf8(json("")), headers("content-type", contentType)));
        assertThat(event.id()).isEqualTo("i");
    }

    @Test
    void prefersTheEnvelopeToHeadersInStructuredMode() {
        List<RecordHeader> headers =
                headers(
                        "ce_specversion",
                        "0.3",
                        "ce_id",
                        "other",
                        "ce_id",
                        "again",
                        "content-type",
                        STRUCTURED);
        assertThat(accepted(record(utf8(json("")), headers)).id()).isEqualTo("i");
    }

    @Test
    void doesNotTakeAnExtensionHeaderForBinaryMode() {
        assertThat(accepted(record(utf8(json("")), headers("ce_traceid", "x"))).id())
                .isEqualTo("i");
    }

    @Test
    void countsAHeaderThatIsRepeatedWithTheSameValueOnce() {
        List<RecordHeader> twice = headers("content-type", STRUCTURED, "content-type", STRUCTURED);
        assertThat(accepted(record(utf8(json("")), twice)).id()).isEqualTo("i");
        assertThat(accepted(binary("{}", "ce_id", "i", "ce_id", "i", "ce_x", "1", "ce_x", "1")))
                .usingRecursiveComparison()
                .isEqualTo(accepted(binary("{}")));
    }

    @Test
    void doesNotCareWhatIsSaidTwiceOfAnExtensionThatNobodyReads() {
        assertThat(accepted(binary("{}", "ce_x", "1", "ce_x", "2")).id()).isEqualTo("i");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "Application/JSON; charset=UTF-8",
                "text/json",
                "application/vnd.usage+json"
            })
    void readsJsonThatHasASpecVersionAsAStructuredEvent(String contentType) {
        String event = json(",\"specversion\":\"1.0\",\"data\":{\"v\":1}");
        List<RecordHeader> headers = headers("content-type", contentType, "traceparent", "x");
        assertThat(accepted(record(utf8(event), headers)))
                .usingRecursiveComparison()
                .isEqualTo(accepted(structured(event)));
    }

    @Test
    void takesAHeaderWithoutAValueForAbsent() {
        List<RecordHeader> headers = headers("Content-Type", "text/plain");
        headers.add(new RecordHeader("content-type", null));
        assertThat(accepted(record(utf8(json("")), headers)).id()).isEqualTo("i");

        ConsumedRecord binary = binary("{}");
        binary.headers().add(new RecordHeader("ce_time", null));
        assertThat(accepted(binary).timeMillis()).isEqualTo(KAFKA_TIME);
    }

    @Test
    void matchesNamesByTheTextThatTheyStandFor() {
        UsageEvent event =
                accepted(
                        structured(
                                "{\"\\u0069d\":\"\\u0041B\",\"s\\u006furce\":\"\\/s\","
                                        + "\"type\":\"\\uD83D\\uDE00\",\"subject\":\"\\\"\\\\\","
                                        + "\"d\\u0061ta\":{\"\\u0061\":1}}"));
        assertThat(event.id()).isEqualTo("AB");
        assertThat(event.source()).isEqualTo("/s");
        assertThat(event.type()).isEqualTo("\uD83D\uDE00");
        assertThat(event.subject()).isEqualTo("\"\\");
        assertThat(data(event)).isEqualTo("{\"\\u0061\":1}");
    }

    @Test
    void comparesNamesWithTheirCase() {
        UsageEvent event = accepted(structured(json(",\"ID\":1,\"Data\":2,\"TIME\":3")));
        assertThat(event.data()).isNull();
        assertThat(event.timeMillis()).isEqualTo(KAFKA_TIME);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",\"specversion\":\"1.0\"",
                ",\"specversion\":\"1\\u002e0\"",
                ",\"specversion\":null",
                ",\"time\":null",
                ",\"data\":null",
                ",\"data_base64\":null",
                ",\"datacontenttype\":null",
                ",\"datacontenttype\":\"application/json\"",
                ",\"datacontenttype\":\"text/json\"",
                ",\"datacontenttype\":\"application/vnd.acme+json; v=1\"",
                ",\"datacontenttype\":\"application/json; charset=iso-8859-1\"",
                ",\"ext\":1,\"ext2\":true,\"ext3\":null,\"ext4\":[{}],\"ext5\":{\"data\":1}",
                ",\"ext\":1e999999999",
                ",\"Ext-With Any.Name\":\"\\u0001\"",
                ",\"\":\"\""
            })
    void acceptsWhatIsOptional(String members) {
        UsageEvent event = accepted(structured(json(members)));
        assertThat(event.data()).isNull();
        assertThat(event.timeMillis()).isEqualTo(KAFKA_TIME);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{ }",
                "{\"a\":1}",
                "{\n\t\"a\" : [ 1 , 2 ] }",
                "{\"v\":1e999999999}",
                "{\"v\":-0.0}",
                "{\"v\":\"\\u0001\\uFFFF\"}",
                "{\"v\":\"'; DROP TABLE usage; --\"}",
                "{\"v\":\"\\\"\\\\\\/\"}",
                "{\"v\":\"${jndi:ldap://x}\"}",
                "{\"\u00E9\":\"\uD83D\uDE00\uFFFE\u2028\u007F\"}"
            })
    void keepsDataByteForByte(String data) {
        String spaced = json(" , \"data\" \t:\r\n " + data + " \n, \"x\":{}");
        assertThat(data(accepted(structured(spaced)))).isEqualTo(data);
        assertThat(data(accepted(binary("\n " + data + "\t ")))).isEqualTo(data);
    }

    @Test
    void keepsLongStringsInData() {
        String data = "{\"v\":\"" + "\uD83D\uDE00\\\"".repeat(20 * 1024 / 6) + "\"}";
        assertThat(data(accepted(structured(json(",\"data\":" + data))))).isEqualTo(data);
    }

    @Test
    void doesNotShareDataWithTheRecord() {
        byte[] value = utf8(json(",\"data\":{\"a\":1}"));
        UsageEvent event = accepted(record(value, List.of()));
        Arrays.fill(value, (byte) 'x');
        assertThat(data(event)).isEqualTo("{\"a\":1}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "null", " null\n"})
    void takesNothingOrNullInBinaryModeForNoData(String value) {
        assertThat(accepted(binary(value)).data()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "source", "type", "subject"})
    void allows256BytesInAnAttribute(String attribute) {
        List<String> longest =
                List.of(
                        "x",
                        "x".repeat(255),
                        "x".repeat(256),
                        "\u00E9".repeat(128),
                        "\u07FF".repeat(128),
                        "\u20AC".repeat(85) + "x",
                        "\uD83D\uDE00".repeat(64),
                        "\uFFFF",
                        " ");
        for (String text : longest) {
            assertThat(text(accepted(structured(withAttribute(attribute, text))), attribute))
                    .isEqualTo(text);
            assertThat(text(accepted(binaryWithAttribute(attribute, text)), attribute))
                    .isEqualTo(text);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"id", "source", "type", "subject"})
    void countsEscapesAsTheTextThatTheyStandFor(String attribute) {
        String escaped = withAttribute(attribute, "\\u0078".repeat(256));
        assertThat(text(accepted(structured(escaped)), attribute)).isEqualTo("x".repeat(256));
    }

    @Test
    void allows256KibibytesInAValue() {
        String event = json(",\"data\":{\"v\":\"\"}");
        String filler = "x".repeat(262_144 - event.length());
        String longest = event.replace("\"\"", "\"" + filler + "\"");
        assertThat(utf8(longest)).hasSize(262_144);
        ConsumedRecord record = record(utf8(longest), headers("content-type", STRUCTURED));
        assertThat(accepted(record).data()).hasSize(8 + filler.length());
    }

    @Test
    void allows32LevelsOfDataAndOfExtensions() {
        String data = "{\"a\":".repeat(31) + "{}" + "}".repeat(31);
        assertThat(data(accepted(structured(json(",\"data\":" + data))))).isEqualTo(data);
        assertThat(data(accepted(binary(data)))).isEqualTo(data);

        String arrays = "{\"a\":" + "[".repeat(31) + "]".repeat(31) + "}";
        assertThat(data(accepted(structured(json(",\"data\":" + arrays))))).isEqualTo(arrays);
        String extension = ",\"x\":" + "[".repeat(32) + "]".repeat(32);
        assertThat(accepted(structured(json(extension))).data()).isNull();
    }

    @Test
    void allows64CharactersInANumber() {
        String data = "{\"v\":" + "9".repeat(64) + "}";
        assertThat(data(accepted(structured(json(",\"data\":" + data))))).isEqualTo(data);
    }

    @Test
    void allowsAHundredThousandExtensionsOfABinaryEvent() {
        ConsumedRecord record = binary("{}");
        for (int i = 0; i < 100_000; i++) {
            record.headers().add(new RecordHeader("ce_x" + i, utf8("v")));
        }
        assertThat(accepted(record).id()).isEqualTo("i");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1970-01-01T00:00:00Z",
        "1, 1970-01-01T00:00:00.001Z",
        "253402300799999, 9999-12-31T23:59:59.999Z"
    })
    void takesTheKafkaTimestampWhereTimeIsAbsent(long kafkaTime, Instant expected) {
        UsageEvent event = accepted(at(kafkaTime, utf8(json("")), List.of()));
        assertThat(Instant.ofEpochMilli(event.timeMillis())).isEqualTo(expected);
        assertThat(event.timeMicros()).isEqualTo(kafkaTime * 1000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1970-01-01T00:00:00Z",
                "2023-12-31T23:59:59Z",
                "2024-01-01T23:59:59.999999Z",
                "2024-01-02T00:00:00Z",
                "2024-01-02T00:00:00.0000009Z",
                "2024-01-02T01:00:00+01:00"
            })
    void acceptsATimeUpToADayAheadOfKafka(String time) {
        assertThat(accepted(structured(json(",\"time\":\"" + time + "\""))).timeMillis())
                .isLessThanOrEqualTo(KAFKA_TIME + DAY);
        assertThat(accepted(binary("{}", "ce_time", time)).timeMillis())
                .isLessThanOrEqualTo(KAFKA_TIME + DAY);
    }

    @Test
    void isTheSameParserAfterEachRecord() {
        UsageEventParser parser = new UsageEventParser();
        ConsumedRecord full =
                structured(json(",\"data\":{\"a\":1},\"time\":\"2024-01-01T00:00:00Z\""));
        ConsumedRecord bare = structured(json(""));
        ConsumedRecord broken = structured("{\"id\":\"i\",\"data\":{\"a\":{\"b\":1,");
        for (int i = 0; i < 3; i++) {
            UsageEvent first = parser.parse(full).event();
            assertThat(first).isNotNull();
            assertThat(parser.parse(broken).event()).isNull();
            UsageEvent second = parser.parse(bare).event();
            assertThat(second).isNotNull().extracting(UsageEvent::data).isNull();
            assertThat(parser.parse(binary("{\"a\":{}}")).event()).isNotNull();
        }
    }

    private static String withAttribute(String attribute, String json) {
        String old = "\"" + attribute + "\":\"" + text(accepted(structured(json(""))), attribute);
        return json("").replace(old + "\"", "\"" + attribute + "\":\"" + json + "\"");
    }

    private static ConsumedRecord binaryWithAttribute(String attribute, String text) {
        ConsumedRecord record = binary("{}");
        record.headers().removeIf(header -> header.name().equals("ce_" + attribute));
        record.headers().add(new RecordHeader("ce_" + attribute, utf8(text)));
        return record;
    }

    private static String text(UsageEvent event, String attribute) {
        return switch (attribute) {
            case "id" -> event.id();
            case "source" -> event.source();
            case "type" -> event.type();
            case "subject" -> event.subject();
            default -> throw new IllegalArgumentException(attribute);
        };
    }
}
