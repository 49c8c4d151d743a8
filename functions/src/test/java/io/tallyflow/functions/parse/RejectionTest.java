package io.tallyflow.functions.parse;

import static io.tallyflow.functions.parse.Records.KAFKA_TIME;
import static io.tallyflow.functions.parse.Records.OFFSET;
import static io.tallyflow.functions.parse.Records.PARTITION;
import static io.tallyflow.functions.parse.Records.STRUCTURED;
import static io.tallyflow.functions.parse.Records.at;
import static io.tallyflow.functions.parse.Records.binary;
import static io.tallyflow.functions.parse.Records.headers;
import static io.tallyflow.functions.parse.Records.json;
import static io.tallyflow.functions.parse.Records.record;
import static io.tallyflow.functions.parse.Records.rejected;
import static io.tallyflow.functions.parse.Records.structured;
import static io.tallyflow.functions.parse.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.RejectionReason;
import java.nio.charset.Charset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is rejected, for which reason, and what is kept of it. */
final class RejectionTest {

    static Stream<Arguments> malformedEvents() {
        return Stream.of(
                // one document, an object
                arguments("JSON", ""),
                arguments("JSON", " \n"),
                arguments("JSON", "garbage"),
                arguments("JSON", "null"),
                arguments("JSON", "true"),
                arguments("JSON", "12"),
                arguments("JSON", "\"text\""),
                arguments("JSON", "[" + json("") + "]"),
                arguments("JSON", json("") + json("")),
                arguments("JSON", json("") + "x"),
                arguments("JSON", json("") + "\u0000"),
                arguments("JSON", json(",")),
                arguments("JSON", json(",\"data\":{\"a\":01}")),
                arguments("JSON", json(",\"data\":{\"a\":NaN}")),
                arguments("JSON", json(",\"x\":'y'")),
                arguments("JSON", json(",\"x\":\"\n\"")),
                arguments("JSON", json("/* */")),
                arguments("JSON", "<event id=\"1\"/>"),
                arguments("JSON", "id,source\n1,2"),
                // keys
                arguments("DUPLICATE_KEY", json(",\"id\":\"i\"")),
                arguments("DUPLICATE_KEY", json(",\"\\u0069d\":\"i\"")),
                arguments("DUPLICATE_KEY", json(",\"data\":{},\"data\":{}")),
                arguments("DUPLICATE_KEY", json(",\"x\":1,\"x\":1")),
                arguments("DUPLICATE_KEY", json(",\"data\":{\"v\":1,\"v\":2}")),
                arguments("DUPLICATE_KEY", json(",\"data\":{\"a\":[{\"v\":1,\"\\u0076\":1}]}")),
                arguments("DUPLICATE_KEY", json(",\"x\":{\"v\":1,\"v\":2}")),
                // text
                arguments("TEXT", json(",\"data\":{\"v\":\"\\u0000\"}")),
                arguments("TEXT", json(",\"data\":{\"v\":\"a\u0000\"}")),
                arguments("TEXT", json(",\"data\":{\"\\u0000\":1}")),
                arguments("TEXT", json(",\"data\":{\"v\":[\"\\ud800\"]}")),
                arguments("TEXT", json(",\"data\":{\"\\udfff\":1}")),
                arguments("TEXT", json(",\"x\":\"\\ude00\\ud83d\"")),
                arguments("TEXT", json("").replace("\"i\"", "\"\\u0000\"")),
                arguments("TEXT", json("").replace("\"u\"", "\"\\ud83d\"")),
                arguments("TEXT", json(",\"time\":\"\\u0000\"")),
                // limits
                arguments("LIMIT", json(",\"data\":" + nested(33))),
                arguments("LIMIT", json(",\"x\":" + "[".repeat(33) + "]".repeat(33))),
                arguments("LIMIT", json(",\"data\":" + "[".repeat(200_000))),
                arguments("LIMIT", json(",\"data\":{\"v\":" + "1".repeat(65) + "}")),
                arguments("LIMIT", json(",\"data\":{\"v\":-" + "1".repeat(64) + "}")),
                arguments("LIMIT", json(",\"data\":{\"v\":0." + "1".repeat(63) + "}")),
                arguments("LIMIT", json(",\"x\":1e" + "1".repeat(63))),
                arguments("LIMIT", "[" + "1".repeat(100_000) + "]"),
                // specversion
                arguments("SPEC_VERSION", json(",\"specversion\":\"0.3\"")),
                arguments("SPEC_VERSION", json(",\"specversion\":\"1\"")),
                arguments("SPEC_VERSION", json(",\"specversion\":\"1.0.2\"")),
                arguments("SPEC_VERSION", json(",\"specversion\":\"1.0 \"")),
                arguments("SPEC_VERSION", json(",\"specversion\":\"\"")),
                arguments("SPEC_VERSION", json(",\"specversion\":1.0")),
                arguments("SPEC_VERSION", json(",\"specversion\":[\"1.0\"]")),
                // required attributes
                arguments("MISSING", "{}"),
                arguments("MISSING", "{\"data\":{}}"),
                arguments("MISSING", json("").replace("\"id\"", "\"ID\"")),
                arguments("MISSING", json("").replace("\"source\":\"s\"", "\"source\":null")),
                arguments("MISSING", json("").replace("\"type\"", "\"type \"")),
                arguments("MISSING", json("").replace("\"subject\"", "\"subjects\"")),
                arguments("ATTRIBUTE", json("").replace("\"i\"", "1")),
                arguments("ATTRIBUTE", json("").replace("\"s\"", "true")),
                arguments("ATTRIBUTE", json("").replace("\"t\"", "[\"t\"]")),
                arguments("ATTRIBUTE", json("").replace("\"u\"", "{\"u\":1}")),
                arguments("ATTRIBUTE", json("").replace("\"i\"", "\"\"")),
                arguments("ATTRIBUTE", json("").replace("\"u\"", "\"\"")),
                arguments("ATTRIBUTE", json("").replace("\"u\"", "\"a\\u0001\"")),
                arguments("ATTRIBUTE", json("").replace("\"u\"", "\"a\\nb\"")),
                arguments("ATTRIBUTE", json("").replace("\"u\"", "\"\\u001f\"")),
                arguments("ATTRIBUTE", json("").replace("\"u\"", "\"\u007F\"")),
                arguments("ATTRIBUTE", json("").replace("\"u\"", "\"\u0080\"")),
                arguments("ATTRIBUTE", json("").replace("\"u\"", "\"\\u009f\"")),
                arguments("ATTRIBUTE", json("").replace("\"u\"", quoted("x".repeat(257)))),
                arguments("ATTRIBUTE", json("").replace("\"i\"", quoted("\u00E9".repeat(129)))),
                arguments("ATTRIBUTE", json("").replace("\"s\"", quoted("\u20AC".repeat(86)))),
                arguments("ATTRIBUTE", json("").replace("\"s\"", quoted("\u0800".repeat(86)))),
                arguments("ATTRIBUTE", json("").replace("\"s\"", quoted("\\u20ac".repeat(86)))),
                arguments(
                        "ATTRIBUTE",
                        json("").replace("\"t\"", quoted("\uD83D\uDE00".repeat(64) + "x"))),
                arguments("ATTRIBUTE", json("").replace("\"t\"", quoted("x".repeat(20_480)))),
                // time
                arguments("TIME", json(",\"time\":\"\"")),
                arguments("TIME", json(",\"time\":1704067200")),
                arguments("TIME", json(",\"time\":{}")),
                arguments("TIME", json(",\"time\":\"yesterday\"")),
                arguments("TIME", json(",\"time\":\"2024-01-01 00:00:00Z\"")),
                arguments("TIME", json(",\"time\":\"1969-12-31T23:59:59Z\"")),
                arguments("TIME", json(",\"time\":\"10000-01-01T00:00:00Z\"")),
                arguments("FUTURE", json(",\"time\":\"2024-01-02T00:00:00.000001Z\"")),
                arguments("FUTURE", json(",\"time\":\"2024-01-02T00:00:00-00:01\"")),
                arguments("FUTURE", json(",\"time\":\"9999-12-31T23:59:59.999999Z\"")),
                // data
                arguments("DATA", json(",\"data\":\"{}\"")),
                arguments("DATA", json(",\"data\":\"\"")),
                arguments("DATA", json(",\"data\":0")),
                arguments("DATA", json(",\"data\":false")),
                arguments("DATA", json(",\"data\":[]")),
                arguments("DATA", json(",\"data\":[{}]")),
                arguments("DATA", json(",\"data_base64\":\"e30=\"")),
                arguments("DATA", json(",\"data_base64\":\"\"")),
                arguments("DATA", json(",\"data\":{},\"data_base64\":\"e30=\"")),
                arguments("DATA_CONTENT_TYPE", json(",\"datacontenttype\":\"text/plain\"")),
                arguments("DATA_CONTENT_TYPE", json(",\"datacontenttype\":\"\"")),
                arguments("DATA_CONTENT_TYPE", json(",\"datacontenttype\":\"json\"")),
                arguments("DATA_CONTENT_TYPE", json(",\"datacontenttype\":1")),
                arguments(
                        "DATA_CONTENT_TYPE",
                        json(",\"datacontenttype\":\"application/xml\",\"data\":\"<a/>\"")));
    }

    @ParameterizedTest
    @MethodSource("malformedEvents")
    void rejectsAMalformedStructuredEvent(String reason, String json) {
        assertThat(rejected(structured(json)).reason()).isEqualTo(reason);
        ConsumedRecord withContentType =
                record(utf8(json), headers("content-type", STRUCTURED + "; charset=utf-8"));
        assertThat(rejected(withContentType).reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @CsvSource({
        // overlong forms, surrogates, beyond U+10FFFF, stray and missing continuations
        "C080",
        "C1BF",
        "E08080",
        "E09FBF",
        "F0808080",
        "F08FBFBF",
        "EDA080",
        "EDBFBF",
        "EDA0BDEDB880",
        "F4908080",
        "F5808080",
        "FF",
        "FE",
        "80",
        "BF",
        "C3",
        "E282",
        "F09F98",
        "C328",
        "E28228"
    })
    void rejectsBytesThatAreNotUtf8(String hex) {
        byte[] bad = HexFormat.of().parseHex(hex);
        for (String json : List.of(json(",\"data\":{\"v\":\"#\"}"), json(",\"#\":1"), json("#"))) {
            byte[] value = spliced(json, bad);
            assertThat(rejected(record(value, List.of())).reason()).isEqualTo("ENCODING");
        }
        ConsumedRecord inData = binary("{}");
        assertThat(rejected(record(spliced("{\"v\":\"#\"}", bad), inData.headers())).reason())
                .isEqualTo("ENCODING");
        ConsumedRecord inHeader = binary("{}");
        inHeader.headers().add(new RecordHeader("ce_x", bad));
        assertThat(rejected(inHeader).reason()).isEqualTo("ENCODING");
        ConsumedRecord cutOff = record(Arrays.copyOf(bad, bad.length), List.of());
        assertThat(rejected(cutOff).reason()).isEqualTo("ENCODING");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTF-16",
                "UTF-16LE",
                "UTF-16BE",
                "x-UTF-16LE-BOM",
                "UTF-32",
                "UTF-32LE",
                "UTF-32BE"
            })
    void rejectsOtherEncodings(String charset) {
        byte[] value = json(",\"data\":{}").getBytes(Charset.forName(charset));
        assertThat(rejected(record(value, List.of())).reason()).isEqualTo("ENCODING");
        byte[] data = "{}".getBytes(Charset.forName(charset));
        assertThat(rejected(record(data, binary("").headers())).reason()).isEqualTo("ENCODING");
    }

    @Test
    void rejectsAByteOrderMark() {
        assertThat(rejected(structured("\uFEFF" + json(""))).reason()).isEqualTo("ENCODING");
        assertThat(rejected(binary("\uFEFF{}")).reason()).isEqualTo("ENCODING");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "text/plain",
                "application/cloudevents",
                "application/cloudevents+avro",
                "application/cloudevents+xml",
                "application/cloudevents-batch+json",
                "application/cloudevents+json; charset=iso-8859-1",
                "application/cloudevents+json; charset=utf-16",
                "application/cloudevents+json; charset",
                "application/cloudevents+json, application/json",
                "application/cloudevents+json\u00E9",
                ""
            })
    void rejectsAContentTypeThatEventsDoNotComeIn(String contentType) {
        ConsumedRecord record = record(utf8(json("")), headers("content-type", contentType));
        assertThat(rejected(record).reason()).isEqualTo("CONTENT_TYPE");
    }

    @Test
    void rejectsTwoContentTypes() {
        List<RecordHeader> twice =
                headers("content-type", STRUCTURED, "content-type", "application/json");
        assertThat(rejected(record(utf8(json("")), twice)).reason()).isEqualTo("CONTENT_TYPE");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'id':'i','source':'s','type':'t','subject':'u'}",
                "{'specversion':null,'id':'i','source':'s','type':'t','subject':'u'}",
                "{'data':{'specversion':'1.0'},'id':'i','source':'s','type':'t','subject':'u'}",
                "[{'specversion':'1.0'}]",
                "'specversion'",
                "{'id':'i',",
                "garbage",
                "{'id':NaN,'specversion':'1.0'}",
                ""
            })
    void rejectsJsonThatDoesNotClaimToBeAnEvent(String json) {
        ConsumedRecord record =
                record(utf8(json.replace('\'', '"')), headers("content-type", "application/json"));
        assertThat(rejected(record).reason()).isEqualTo("CONTENT_TYPE");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SPEC_VERSION  | {'specversion':'0.3'}",
                "SPEC_VERSION  | {'specversion':1.0}",
                "MISSING       | {'specversion':'1.0'}",
                "JSON          | {'specversion':'1.0','data':{'v':NaN}}",
                "JSON          | {'specversion':'1.0','id'",
                "JSON          | {'specversion':'1.0'}}",
                "DUPLICATE_KEY | {'specversion':'1.0','specversion':'1.0'}",
                "TEXT          | {'specversion':'1.0','id':'\\u0000'}"
            },
            quoteCharacter = '`')
    void rejectsWhatClaimsToBeAnEventForWhatIsWrongWithIt(String reason, String json) {
        ConsumedRecord record =
                record(utf8(json.replace('\'', '"')), headers("content-type", "text/json"));
        assertThat(rejected(record).reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/json; charset=utf-16",
                "application/json, application/json",
                "application/json-seq",
                "json",
                ""
            })
    void rejectsAClaimInAnythingButJson(String contentType) {
        ConsumedRecord record =
                record(
                        utf8(json(",\"specversion\":\"1.0\"")),
                        headers("content-type", contentType));
        assertThat(rejected(record).reason()).isEqualTo("CONTENT_TYPE");
    }

    @Test
    void rejectsAClaimBesideAHeaderOfAnyAttribute() {
        ConsumedRecord record =
                record(
                        utf8(json(",\"specversion\":\"1.0\"")),
                        headers("content-type", "application/json", "ce_x", "1"));
        assertThat(rejected(record).reason()).isEqualTo("CONTENT_TYPE");
    }

    static Stream<Arguments> malformedBinaryEvents() {
        return Stream.of(
                arguments("DATA_CONTENT_TYPE", binary("{}", "content-type", "text/plain")),
                arguments("DATA_CONTENT_TYPE", binary("<a/>", "content-type", "application/xml")),
                arguments("DATA_CONTENT_TYPE", binary("{}", "content-type", "")),
                arguments(
                        "DATA_CONTENT_TYPE",
                        binary("{}", "content-type", "application/json; charset=utf-16")),
                arguments("SPEC_VERSION", without("ce_specversion")),
                arguments("SPEC_VERSION", replaced("ce_specversion", "0.3")),
                arguments("SPEC_VERSION", replaced("ce_specversion", "")),
                arguments("MISSING", without("ce_id")),
                arguments("MISSING", without("ce_source")),
                arguments("MISSING", without("ce_type")),
                arguments("MISSING", without("ce_subject")),
                arguments("MISSING", replaced("ce_subject", null)),
                arguments("ATTRIBUTE", replaced("ce_id", "")),
                arguments("ATTRIBUTE", replaced("ce_source", "a\tb")),
                arguments("ATTRIBUTE", replaced("ce_type", "\u0085")),
                arguments("ATTRIBUTE", replaced("ce_subject", "x".repeat(257))),
                arguments("ATTRIBUTE", replaced("ce_subject", "\u20AC".repeat(86))),
                arguments("TEXT", replaced("ce_subject", "a\u0000")),
                arguments("TEXT", binary("{}", "ce_x", "\u0000")),
                arguments("TEXT", binary("{}", "ce_x\u0000", "v")),
                arguments("DUPLICATE_KEY", binary("{}", "ce_id", "j")),
                arguments("DUPLICATE_KEY", binary("{}", "ce_subject", "")),
                arguments("ENCODING", encoding("ce_x")),
                arguments("TEXT", binary("{}", "ce_x", "1", "ce_x", "\u0000")),
                arguments("TIME", binary("{}", "ce_time", "")),
                arguments("TIME", binary("{}", "ce_time", "2024-01-01")),
                arguments("FUTURE", binary("{}", "ce_time", "2024-01-02T00:00:00.000001Z")),
                arguments("JSON", binary("tokens=1")),
                arguments("JSON", binary(" ")),
                arguments("JSON", binary("{}{}")),
                arguments("DATA", binary("[]")),
                arguments("DATA", binary("\"{}\"")),
                arguments("DATA", binary("1")),
                arguments("DATA", binary("true")),
                arguments("DUPLICATE_KEY", binary("{\"a\":1,\"a\":1}")),
                arguments("TEXT", binary("{\"a\":\"\\ud800\"}")),
                arguments("LIMIT", binary(nested(33))),
                arguments("LIMIT", binary("{\"a\":" + "1".repeat(65) + "}")));
    }

    private static ConsumedRecord encoding(String header) {
        ConsumedRecord record = binary("{}", header, "1");
        record.headers().add(new RecordHeader(header, new byte[] {(byte) 0xFF}));
        return record;
    }

    @ParameterizedTest
    @MethodSource("malformedBinaryEvents")
    void rejectsAMalformedBinaryEvent(String reason, ConsumedRecord record) {
        assertThat(rejected(record).reason()).isEqualTo(reason);
    }

    @ParameterizedTest
    @ValueSource(ints = {262_145, 300_000, 2_000_000})
    void rejectsALongerValueUnread(int length) {
        String event = json(",\"data\":{\"v\":\"\"}");
        String value = event.replace("\"\"", quoted("x".repeat(length - event.length())));
        assertThat(utf8(value)).hasSize(length);
        assertThat(rejected(structured(value)).reason()).isEqualTo("LIMIT");
        assertThat(rejected(record(new byte[length], List.of())).reason()).isEqualTo("LIMIT");
        assertThat(rejected(binary("{}" + " ".repeat(length - 2))).reason()).isEqualTo("LIMIT");
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 253_402_300_800_000L, Long.MAX_VALUE})
    void rejectsARecordWithoutAUsableKafkaTimestamp(long kafkaTime) {
        for (String members : List.of("", ",\"time\":\"1970-01-01T00:00:00Z\"")) {
            RejectedRecord rejected = rejected(at(kafkaTime, utf8(json(members)), List.of()));
            assertThat(rejected.reason()).isEqualTo("TIME");
            assertThat(rejected.kafkaTimeMillis()).isEqualTo(kafkaTime);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // each row breaks a rule of the list in UsageEventParser, and later ones as well
                "DUPLICATE_KEY | {'a':1,'a':'\\u0000','b':[1,]}",
                "TEXT          | {'a':'\\u0000','a':1,'b':[1,]}",
                "JSON          | {'b':[1,],'a':'\\u0000','a':1}",
                "TEXT          | ['\\u0000']",
                "LIMIT         | {'specversion':'2',"
                        + "'x':11111111111111111111111111111111111111111111111111111111111111111}",
                "SPEC_VERSION  | {'id':'','specversion':'2','time':'x','data':1}",
                "ATTRIBUTE     | {'id':'','type':1,'time':'x','data':1}",
                "MISSING       | {'id':'i','type':1,'time':'x','data':1}",
                "ATTRIBUTE     | {'id':'i','source':'s','type':1,'time':'x','data':1}",
                "MISSING       | {'id':'i','source':'s','type':'t','time':'x','data':1}",
                "TIME          | {'data':1,'datacontenttype':'x','time':'x','subject':'u','id':'i','source':'s',"
                        + "'type':'t'}",
                "DATA_CONTENT_TYPE | {'data':1,'datacontenttype':'x','subject':'u','id':'i','source':'s',"
                        + "'type':'t','time':'2999-01-01T00:00:00Z'}",
                "DATA          | {'data':1,'subject':'u','id':'i','source':'s','type':'t',"
                        + "'time':'2999-01-01T00:00:00Z'}"
            },
            quoteCharacter = '`')
    void namesTheFirstOfSeveralReasons(String reason, String json) {
        assertThat(rejected(structured(json.replace('\'', '"'))).reason()).isEqualTo(reason);
    }

    @Test
    void putsEncodingBeforeSyntaxAndContentTypeBeforeBoth() {
        byte[] value = spliced("{\"a\":1,\"a\":[,]#", new byte[] {(byte) 0xFF});
        assertThat(rejected(record(value, List.of())).reason()).isEqualTo("ENCODING");
        List<RecordHeader> headers = headers("content-type", "text/plain");
        assertThat(rejected(record(value, headers)).reason()).isEqualTo("CONTENT_TYPE");
        assertThat(rejected(record(new byte[262_145], headers)).reason()).isEqualTo("LIMIT");
        assertThat(rejected(record(null, headers)).reason()).isEqualTo("TOMBSTONE");
    }

    @Test
    void callsANullValueATombstoneInEitherMode() {
        for (ConsumedRecord record :
                List.of(record(null, List.of()), record(null, binary("").headers()))) {
            RejectedRecord rejected = rejected(record);
            assertThat(rejected.reason()).isEqualTo("TOMBSTONE");
            assertThat(rejected.head()).isNull();
            assertThat(rejected.length()).isZero();
            assertThat(rejected.sha256()).isEmpty();
        }
    }

    @Test
    void keepsAShortValueWhole() {
        RejectedRecord rejected = rejected(structured("abc"));
        assertThat(rejected.head()).isEqualTo(utf8("abc"));
        assertThat(rejected.length()).isEqualTo(3);
        assertThat(rejected.sha256())
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(rejected.partition()).isEqualTo(PARTITION);
        assertThat(rejected.offset()).isEqualTo(OFFSET);
        assertThat(rejected.kafkaTimeMillis()).isEqualTo(KAFKA_TIME);
        assertThat(rejected.firstContentHash()).isNull();
        assertThat(rejected.contentHash()).isNull();
    }

    @Test
    void keepsTheHeadOfALongValueAndTheHashOfTheWhole() {
        byte[] value = new byte[1_000_000];
        Arrays.fill(value, (byte) 'a');
        RejectedRecord rejected = rejected(record(value, List.of()));
        assertThat(rejected.head()).hasSize(4096).containsOnly('a');
        assertThat(rejected.length()).isEqualTo(1_000_000);
        assertThat(rejected.sha256())
                .isEqualTo("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    }

    @Test
    void keepsOfAnEmptyValueThatItIsNotATombstone() {
        RejectedRecord rejected = rejected(structured(""));
        assertThat(rejected.reason()).isEqualTo("JSON");
        assertThat(rejected.head()).isEmpty();
        assertThat(rejected.sha256())
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }

    @Test
    void saysNothingAboutTheProgressOfTime() {
        ParsedRecord parsed = new UsageEventParser().parse(structured("x"));
        assertThat(parsed.progressMillis()).isEqualTo(Long.MIN_VALUE);
        assertThat(parsed.partition()).isEqualTo(PARTITION);
        assertThat(parsed.offset()).isEqualTo(OFFSET);
        assertThat(parsed.kafkaTimeMillis()).isEqualTo(KAFKA_TIME);
    }

    @Test
    void hasAnExampleOfEveryReason() {
        List<String> examples =
                Stream.of(
                                malformedEvents().map(row -> (String) row.get()[0]),
                                malformedBinaryEvents().map(row -> (String) row.get()[0]),
                                Stream.of("TOMBSTONE", "ENCODING", "CONTENT_TYPE"))
                        .flatMap(rows -> rows)
                        .toList();
        for (RejectionReason reason : RejectionReason.values()) {
            assertThat(examples).contains(reason.name());
        }
    }

    @Test
    void saysWhatIsWrongInASentenceWithoutThePayload() {
        String secret = "s3cret";
        String details =
                Stream.of(
                                json(",\"" + secret + "\":1,\"" + secret + "\":2"),
                                json(",\"data\":\"" + secret + "\""),
                                json(",\"time\":\"" + secret + "\""),
                                json(",\"datacontenttype\":\"" + secret + "\""),
                                json(",\"specversion\":\"" + secret + "\""),
                                json("").replace("\"u\"", quoted(secret + "\\n")),
                                json(",\"x\":" + secret))
                        .map(json -> rejected(structured(json)).detail())
                        .collect(Collectors.joining("\n"));
        String headerDetail = rejected(binary("{}", "ce_" + secret, "\u0000")).detail();
        assertThat(details + headerDetail).doesNotContain(secret);
        assertThat(details)
                .isEqualTo(
                        """
                        A JSON object names a key for the second time at byte 60.
                        Attribute data is not a JSON object.
                        Attribute time is not an RFC 3339 date-time.
                        Attribute datacontenttype is not a JSON media type.
                        Attribute specversion is not 1.0.
                        Attribute subject holds a control character.
                        The value is not a JSON document at byte 52: a value is missing.""");
    }

    @ParameterizedTest
    @MethodSource({"malformedEvents"})
    void writesOnePlainSentenceEachTime(String reason, String json) {
        assertThat(rejected(structured(json)).detail())
                .matches("[A-Z][ -~]{10,120}\\.")
                .doesNotContain("Exception");
    }

    private static String nested(int levels) {
        return "{\"a\":".repeat(levels - 1) + "{}" + "}".repeat(levels - 1);
    }

    private static String quoted(String text) {
        return "\"" + text + "\"";
    }

    private static byte[] spliced(String text, byte[] inPlaceOfHash) {
        byte[] value = utf8(text);
        int at = text.indexOf('#');
        byte[] result = new byte[value.length - 1 + inPlaceOfHash.length];
        System.arraycopy(value, 0, result, 0, at);
        System.arraycopy(inPlaceOfHash, 0, result, at, inPlaceOfHash.length);
        System.arraycopy(value, at + 1, result, at + inPlaceOfHash.length, value.length - at - 1);
        return result;
    }

    private static ConsumedRecord without(String header) {
        ConsumedRecord record = binary("{}");
        record.headers().removeIf(each -> each.name().equals(header));
        return record;
    }

    private static ConsumedRecord replaced(String header, @Nullable String value) {
        ConsumedRecord record = without(header);
        record.headers().add(new RecordHeader(header, value == null ? null : utf8(value)));
        return record;
    }
}
