package io.tallyflow.functions.parse;

import static io.tallyflow.functions.parse.Records.binary;
import static io.tallyflow.functions.parse.Records.headers;
import static io.tallyflow.functions.parse.Records.json;
import static io.tallyflow.functions.parse.Records.record;
import static io.tallyflow.functions.parse.Records.structured;
import static io.tallyflow.functions.parse.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.json.DataPlaces;
import io.tallyflow.functions.meter.JacksonWalk;
import io.tallyflow.functions.meter.MeterReader;
import io.tallyflow.functions.paths.MeterPaths;
import io.tallyflow.functions.paths.PathTrie;
import io.tallyflow.functions.paths.Places;
import io.tallyflow.schemas.event.AnEvent;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.measure.Aggregation;
import io.tallyflow.schemas.meter.GroupDimension;
import io.tallyflow.schemas.meter.JsonPath;
import io.tallyflow.schemas.meter.Meter;
import io.tallyflow.schemas.meter.WindowSize;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The reader of plain events says what the parser of all events says, or nothing; and meters take
 * the same from the places it noted as from a walk over the data. One reader reads all events of a
 * run, as it does in the job, so that what it remembers of one is put to the test by the next.
 */
final class TwoParsersTest {

    private static final List<Meter> METERS = meters();
    private static final MeterPaths PATHS = new MeterPaths(METERS);
    private static final List<RecordHeader> HEADERS =
            headers(
                    "content-type", "application/cloudevents+json",
                    "ce_id", "i",
                    "traceparent", "x",
                    "content-type", "application/cloudevents+json; charset=utf-8",
                    "content-type", "application/cloudevents+json; charset=latin1",
                    "content-type", "application/json",
                    "content-type", "",
                    "ce_specversion", "1.0",
                    "ce_source", "s",
                    "ce_type", "t",
                    "ce_subject", "u",
                    "Content-Type", "text/plain",
                    "tallyflow-import", "7 until 2024-01-01T12:00:00Z",
                    "tallyflow-import", "8 until 2024-01-01T12:00:00Z");

    private final UsageEventParser parser = new UsageEventParser();
    private final PlainEvent plain = new PlainEvent(PATHS);
    private final DataPlaces unnoted = new DataPlaces();
    private final MeterReader reader = MeterReader.ofFirsts(METERS);

    private static List<Meter> meters() {
        List<Meter> meters = new ArrayList<>();
        for (String type : OrdinaryEvent.TYPES) {
            for (long seed = 0; seed < 3; seed++) {
                meters.addAll(meters(type, new OrdinaryEvent(seed + type.length()).paths));
            }
        }
        meters.addAll(meters("t", List.of(JsonPath.parse("$.a"), JsonPath.parse("$.b[1].c"))));
        return meters;
    }

    private static List<Meter> meters(String type, List<JsonPath> paths) {
        List<Meter> meters = new ArrayList<>();
        for (int i = 0; i < paths.size(); i++) {
            Aggregation aggregation = Aggregation.values()[i % Aggregation.values().length];
            JsonPath path = paths.get(i);
            JsonPath other = paths.get((i + 1) % paths.size());
            meters.add(
                    new Meter(
                            "m" + i,
                            "",
                            type,
                            aggregation,
                            aggregation == Aggregation.COUNT ? null : path,
                            i % 3 == 0
                                    ? List.of()
                                    : List.of(
                                            new GroupDimension("a", other),
                                            new GroupDimension("b", paths.get(0))),
                            WindowSize.HOUR));
        }
        return meters;
    }

    @Test
    void plainReaderTakesOrdinaryEvents() {
        int events = 20_000;
        int taken = 0;
        int placed = 0;
        for (long seed = 0; seed < events; seed++) {
            ParsedRecord read = check(structured(new OrdinaryEvent(seed).json));
            taken += read == null ? 0 : 1;
            placed += read == null || read.places() == null ? 0 : 1;
        }
        assertThat(taken).isGreaterThan(events * 99 / 100);
        assertThat(placed).isGreaterThan(events * 90 / 100);
    }

    @Property(seed = "29", tries = 10_000, shrinking = ShrinkingMode.OFF)
    void bothAgreeOnEventsWithEscapesAndMetersFindTheSame(@ForAll long seed) {
        Random random = new Random(seed);
        ConsumedRecord record =
                structured(
                        withEscapes(new OrdinaryEvent(seed).json, random, 1 + random.nextInt(200)));
        check(record);
        UsageEvent event = Objects.requireNonNull(parser.parseAnything(record).event());
        byte[] data = event.data();
        PathTrie paths = Objects.requireNonNull(PATHS.ofType(event.type()));
        if (data != null && paths.slots() > 0) {
            JacksonWalk.check(data, paths, Objects.requireNonNull(unnoted.in(data, paths)));
        }
    }

    /** Writes one in so many of the characters in strings as an escape. */
    private static String withEscapes(String json, Random random, int rarity) {
        StringBuilder text = new StringBuilder();
        boolean inString = false;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            inString ^= c == '"';
            if (c == '\\') {
                text.append(c).append(json.charAt(++i));
            } else if (inString
                    && c != '"'
                    && !Character.isSurrogate(c)
                    && random.nextInt(rarity) == 0) {
                text.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    @Property(seed = "21", tries = 4000, shrinking = ShrinkingMode.OFF)
    void bothAgreeOnUnusualEvents(@ForAll long seed) {
        check(structured(new EventText(seed).json));
    }

    @Property(seed = "22", tries = 20_000, shrinking = ShrinkingMode.OFF)
    void bothAgreeOnDamagedEvents(@ForAll long seed) {
        Random random = new Random(seed);
        boolean ordinary = random.nextInt(3) > 0;
        byte[] value = utf8(ordinary ? new OrdinaryEvent(seed).json : new EventText(seed).json);
        check(record(value, List.of()));
        for (int i = random.nextInt(2); i >= 0; i--) {
            value = HostileInputTest.damaged(value, random);
        }
        check(record(value, List.of()));
    }

    @Property(seed = "23", tries = 300, shrinking = ShrinkingMode.OFF)
    void bothAgreeOnEventsOfWhichAnyOneByteChanged(@ForAll long seed) {
        byte[] value = utf8(new OrdinaryEvent(seed).json);
        Random random = new Random(seed);
        for (int at = 0; at < value.length; at++) {
            byte was = value[at];
            value[at] = (byte) random.nextInt(256);
            check(record(value, List.of()));
            value[at] = was;
        }
    }

    @Property(seed = "24", tries = 300, shrinking = ShrinkingMode.OFF)
    void bothAgreeOnEventsThatEndAnywhere(@ForAll long seed) {
        String json = new OrdinaryEvent(seed).json;
        for (int end = 0; end < json.length(); end++) {
            check(structured(json.substring(0, end)));
        }
    }

    @Property(seed = "25", tries = 3000, shrinking = ShrinkingMode.OFF)
    void bothAgreeWhateverTheHeaders(@ForAll long seed) {
        Random random = new Random(seed);
        List<RecordHeader> headers = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            headers.add(HEADERS.get(random.nextInt(HEADERS.size())));
        }
        check(record(utf8(new OrdinaryEvent(seed).json), headers));
    }

    @Test
    void plainReaderTakesOrdinaryEventsInBinaryMode() {
        int events = 5_000;
        int taken = 0;
        int placed = 0;
        for (long seed = 0; seed < events; seed++) {
            ParsedRecord read = check(inBinaryMode(new OrdinaryEvent(seed).json));
            taken += read == null ? 0 : 1;
            placed += read == null || read.places() == null ? 0 : 1;
        }
        assertThat(taken).isGreaterThan(events * 99 / 100);
        assertThat(placed).isGreaterThan(events * 90 / 100);
    }

    @Property(seed = "26", tries = 4000, shrinking = ShrinkingMode.OFF)
    void bothAgreeOnUnusualEventsInBinaryMode(@ForAll long seed) {
        check(inBinaryMode(new EventText(seed).json));
    }

    @Property(seed = "27", tries = 20_000, shrinking = ShrinkingMode.OFF)
    void bothAgreeOnDamagedEventsInBinaryMode(@ForAll long seed) {
        Random random = new Random(seed);
        boolean ordinary = random.nextInt(3) > 0;
        ConsumedRecord record =
                inBinaryMode(ordinary ? new OrdinaryEvent(seed).json : new EventText(seed).json);
        byte[] value = Objects.requireNonNull(record.value());
        check(record(HostileInputTest.damaged(value, random), record.headers()));
        for (int i = random.nextInt(2); i >= 0; i--) {
            damageOne(record.headers(), random);
        }
        check(record);
    }

    private static void damageOne(List<RecordHeader> headers, Random random) {
        int at = random.nextInt(headers.size());
        RecordHeader header = headers.get(at);
        byte[] value = header.value() == null ? new byte[0] : header.value();
        switch (random.nextInt(6)) {
            case 0 -> headers.remove(at);
            case 1 -> headers.add(header);
            case 2 -> headers.add(HEADERS.get(random.nextInt(HEADERS.size())));
            case 3 -> headers.set(at, new RecordHeader(header.name(), null));
            case 4 -> headers.set(at, new RecordHeader(header.name() + (char) 0, value));
            default -> {
                byte[] damaged = HostileInputTest.damaged(value, random);
                headers.set(at, new RecordHeader(header.name(), damaged));
            }
        }
    }

    @Property(seed = "28", tries = 300, shrinking = ShrinkingMode.OFF)
    void bothAgreeOnDataOfWhichAnyOneByteChangedOrThatEndsAnywhere(@ForAll long seed) {
        ConsumedRecord record = inBinaryMode(new OrdinaryEvent(seed).json);
        byte[] value = Objects.requireNonNull(record.value());
        Random random = new Random(seed);
        for (int at = 0; at < value.length; at++) {
            check(record(Arrays.copyOf(value, at), record.headers()));
            byte was = value[at];
            value[at] = (byte) random.nextInt(256);
            check(record);
            value[at] = was;
        }
    }

    /** The same event with its attributes in headers. */
    private ConsumedRecord inBinaryMode(String json) {
        UsageEvent event = Objects.requireNonNull(parser.parseAnything(structured(json)).event());
        byte[] data = event.data();
        Instant time = Instant.EPOCH.plus(event.timeMicros(), ChronoUnit.MICROS);
        List<RecordHeader> headers =
                headers(
                        "ce_specversion", "1.0",
                        "ce_id", event.id(),
                        "ce_source", event.source(),
                        "ce_type", event.type(),
                        "ce_subject", event.subject(),
                        "ce_time", time.toString(),
                        "ce_traceparent", "00-0af7651916cd43dd8448eb211c80319c",
                        "content-type", "application/json");
        return record(data == null ? new byte[0] : data, headers);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{}", "null", " {\"a\":5}\n", "{\"b\":[0,{\"c\":\"x\"}],\"a\":-1.5}"})
    void plainReaderTakesBinaryMode(String data) {
        assertThat(check(binary(data))).isNotNull();
        assertThat(check(binary(data, "content-type", "application/json"))).isNotNull();
        assertThat(check(binary(data, "ce_time", "2023-12-31T23:59:59Z"))).isNotNull();
        assertThat(check(binary(data, "ce_x", "1", "ce_x", "2", "y", "\u0000"))).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "ce_id, i",
        "ce_id, ''",
        "ce_time, ''",
        "ce_time, 2023-12-31",
        "ce_time, 2024-01-02T00:00:00.000001Z",
        "ce_x, \u00E9",
        "ce_x, '\u0001'",
        "content-type, text/plain",
        "content-type, ''",
    })
    void plainReaderLeavesUnusualHeadersToTheOther(String name, String value) {
        assertThat(check(binary("{\"a\":5}", name, value))).isNull();
        assertThat(check(binary("{\"a\":5}", "ce_\u0000", value))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {" ", "[]", "1", "\"\"", "nul", "{}{}", "null null", "{} x", "\uFEFF{}"})
    void plainReaderTakesNoOtherDataInBinaryMode(String data) {
        assertThat(check(binary(data))).isNull();
    }

    @Test
    void plainReaderTakesDataInBinaryModeAsDeepAsItMayNestAndNoDeeper() {
        assertThat(check(binary("{\"\":".repeat(32) + 1 + "}".repeat(32)))).isNotNull();
        assertThat(check(binary("{\"\":".repeat(33) + 1 + "}".repeat(33)))).isNull();
    }

    @Test
    void plainReaderTakesBothModesInTurns() {
        for (int i = 0; i < 8; i++) {
            assertThat(check(structured(json(",\"data\":{\"a\":5}")))).isNotNull();
            ParsedRecord read = check(binary(i % 2 == 0 ? "{\"a\":7}" : ""));
            assertThat(Objects.requireNonNull(read).places() == null).isEqualTo(i % 2 != 0);
            assertThat(check(structured(json("")))).isNotNull();
        }
    }

    @Test
    void plainReaderTakesWhatIsAnnouncedAsStructured() {
        byte[] value = utf8(json(""));
        assertThat(check(record(value, HEADERS.subList(0, 3)))).isNotNull();
        assertThat(check(record(value, HEADERS.subList(1, 4)))).isNotNull();
        assertThat(check(record(value, HEADERS.subList(2, 3)))).isNotNull();
        assertThat(check(record(value, HEADERS.subList(0, 4)))).isNull();
        assertThat(check(record(value, HEADERS.subList(1, 3)))).isNull();
    }

    @Test
    void bothFindTheImportThatSentARecord() {
        List<RecordHeader> mark = headers("tallyflow-import", "7 until 2024-01-01T12:00:00Z");
        ConsumedRecord marked = record(utf8(json("")), mark);
        assertThat(check(marked)).isNotNull();
        assertThat(Records.accepted(marked).importNumber()).isEqualTo(7);
        ConsumedRecord binary = binary("{}", "tallyflow-import", "7 until 2024-01-01T12:00:00Z");
        assertThat(check(binary)).isNotNull();
        assertThat(Records.accepted(binary).importNumber()).isEqualTo(7);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "application/json; charset=utf-8"})
    void plainReaderTakesWhatSaysItselfThatItIsAnEvent(String type) {
        byte[] event = utf8(json(",\"specversion\":\"1.0\""));
        assertThat(check(record(event, headers("content-type", type)))).isNotNull();
        assertThat(check(record(event, headers("content-type", type, "ce_x", "1")))).isNull();
        assertThat(check(record(utf8(json("")), headers("content-type", type)))).isNull();
        // What one record said is not said of the next.
        assertThat(check(structured(json("")))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"data\":{\"a\":5}",
                ",\"data\":{\"b\":[0,{\"c\":\"x\"}],\"a\":-1.5}",
                ",\"data\": {\"a\" : 5 , \"z\": [ ] }",
                ",\n  \"data\":\t{\r\n }",
                ",\"data\":{\"text\":\"a\\\"b\\\\c\\/d\\n\",\"a\":1}",
                ",\"data\":{\"a\":\"x\\ny\"}",
                ",\"data\":{\"a\":\"\\u00e9\\uD83D\\ude00\",\"z\":\"\\u0001\"}",
                ",\"data\":{\"ключ\":\"значение\",\"a\":1}",
                ",\"data\":null",
                ",\"data_base64\":null,\"time\":null,\"specversion\":null",
                ",\"time\":\"2023-12-31T23:59:59Z\"",
                ",\"time\":\"2020-02-29T00:00:00.000000001+00:00\"",
                ",\"extension\":{\"deep\":[[[{}]]]}",
                ",\"idd\":\"x\",\"datas\":{},\"i\":1,\"\":\"\"",
            })
    void plainReaderTakes(String members) {
        assertThat(check(structured(json(members)))).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ",\"data\":{\"\\u0061\":5}",
                ",\"data\":{\"a\":\"\\ud83d\"}",
                ",\"data\":{\"a\":\"\\ud83d\\u0041\"}",
                ",\"data\":{\"a\":\"\\ude00\\ud83d\"}",
                ",\"data\":{\"a\":\"\\u0000\"}",
                ",\"data\":{\"a\":\"\\u00g0\"}",
                ",\"data\":{\"a\\/b\":5,\"a/b\":5}",
                ",\"\\/\":5",
                ",\"data\":{\"a\":5,\"a\":5}",
                ",\"time\":\"2023-12-31t23:59:59z\"",
                ",\"time\":\"2023-12-31T23:59:59+01:00\"",
                ",\"time\":\"2016-12-31T23:59:60Z\"",
                ",\"datacontenttype\":\"application/cbor\"",
                ",\"datacontenttype\":\"text/json\"",
                ",\"data_base64\":\"\"",
                ",\"time\":\"2024-01-02T00:00:00.000001Z\"",
            })
    void plainReaderLeavesAlone(String members) {
        assertThat(check(structured(json(members)))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2023-02-29T00:00:00Z",
                "2023-13-01T00:00:00Z",
                "2023-00-01T00:00:00Z",
                "2023-01-00T00:00:00Z",
                "2023-01-32T00:00:00Z",
                "2023-01-01T24:00:00Z",
                "2023-01-01T23:60:00Z",
                "2023-01-01T23:59:61Z",
                "2023-01-01T2x:59:59Z",
                "2023-01-01T23:5x:59Z",
                "2023-01-01T23:59:5xZ",
                "x023-01-01T23:59:59Z",
                "20x3-01-01T23:59:59Z",
                "2023-0x-01T23:59:59Z",
                "2023-01-0xT23:59:59Z",
                "2023/01-01T23:59:59Z",
                "2023-01/01T23:59:59Z",
                "2023-01-01 23:59:59Z",
                "2023-01-01T23-59:59Z",
                "2023-01-01T23:59:59.Z",
                "2023-01-01T23:59:59.1x2Z",
                "2023-01-01T23:59:59,1Z",
                "2023-01-01T23:59:59ZZ",
                "2023-01-01T23:59Z",
                "2023-01-01T23:59:59",
                "1969-12-31T23:59:59Z",
                "+00:00",
                "2023-01-01T+00:00",
                "Z",
                "",
            })
    void plainReaderTakesNoWrongTime(String time) {
        check(structured(json(",\"time\":\"2023-01-01T00:00:00Z\"")));
        assertThat(check(structured(json(",\"time\":\"" + time + "\"")))).isNull();
    }

    @Test
    void plainReaderTakesValuesAsDeepAsTheyMayNestAndNoDeeper() {
        assertThat(check(structured(json(",\"x\":" + "[".repeat(32) + "]".repeat(32)))))
                .isNotNull();
        assertThat(check(structured(json(",\"x\":" + "[".repeat(33) + "]".repeat(33))))).isNull();
        assertThat(check(structured(json(",\"x\":" + "{\"\":".repeat(32) + 1 + "}".repeat(32)))))
                .isNotNull();
        assertThat(check(structured(json(",\"x\":" + "{\"\":".repeat(33) + 1 + "}".repeat(33)))))
                .isNull();
    }

    @Test
    void plainReaderTakesTypesInTurnsWhereverTheyStand() {
        for (int i = 0; i < 40; i++) {
            String type = i % 3 == 0 ? "t" : "prompt";
            String before = i % 2 == 0 ? "" : ",\"type\":\"" + type + "\"";
            String after = i % 2 == 0 ? ",\"type\":\"" + type + "\"" : "";
            String event =
                    "{\"id\":\"i\",\"source\":\"s\",\"subject\":\"u\""
                            + before
                            + ",\"data\":{\"a\":5,\"tokens\":7,\"b\":[1,{\"c\":2}]}"
                            + after
                            + "}";
            ParsedRecord read = Objects.requireNonNull(check(structured(event)), event);
            PathTrie paths = Objects.requireNonNull(PATHS.ofType(type));
            int[] places = Objects.requireNonNull(read.places(), event);
            assertThat(Places.areOf(paths, places)).isTrue();
        }
    }

    @Test
    void plainReaderTakesProducersInTurnsHoweverTheySpace() {
        for (int i = 0; i < 40; i++) {
            String space = " ".repeat(i % 3);
            String event = json(",\"data\":{\"a\":5,\"z\":1}").replace(":", ":" + space);
            assertThat(check(structured(event))).isNotNull();
        }
    }

    @Test
    void plainReaderDoesNotCountTheNamesOfOneObjectForAnother() {
        assertThat(check(structured(json(",\"data\":{\"a\":{\"b\":1,\"c\":2},\"b\":3}"))))
                .isNotNull();
        assertThat(check(structured(json(",\"data\":{\"a\":{\"b\":1,\"d\":2},\"b\":3}"))))
                .isNotNull();
        assertThat(check(structured(json(",\"data\":{\"a\":{\"b\":1,\"b\":2},\"b\":3}")))).isNull();
        assertThat(check(structured(json(",\"data\":{\"a\":{\"b\":1,\"c\":2},\"a\":3}")))).isNull();
    }

    /** What the plain reader says, after it was held against the parser of all events. */
    private @Nullable ParsedRecord check(ConsumedRecord record) {
        ParsedRecord read = plain.read(record);
        if (read != null) {
            UsageEvent event = Objects.requireNonNull(read.event());
            assertSame(event, parser.parseAnything(record));
            assertThat(read).isEqualTo(ParsedRecord.of(event, read.places()));
            assertThat(reader.read(event, read.places())).isEqualTo(reader.read(event));
            checkPlaces(event, read.places());
        }
        return read;
    }

    private static void checkPlaces(UsageEvent event, int @Nullable [] places) {
        PathTrie paths = PATHS.ofType(event.type());
        byte[] data = event.data();
        if (paths == null || paths.slots() == 0 || data == null) {
            assertThat(places).isNull();
        } else {
            JacksonWalk.check(data, paths, Objects.requireNonNull(places));
        }
    }

    private static void assertSame(UsageEvent event, ParsedRecord expected) {
        assertThat(expected.rejected()).isNull();
        UsageEvent other = Objects.requireNonNull(expected.event());
        assertThat(withoutData(event)).isEqualTo(withoutData(other));
        assertThat(event.data()).isEqualTo(other.data());
    }

    private static UsageEvent withoutData(UsageEvent event) {
        return AnEvent.like(event).data((byte[]) null).build();
    }
}
