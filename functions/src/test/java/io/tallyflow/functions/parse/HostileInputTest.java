package io.tallyflow.functions.parse;

import static io.tallyflow.functions.parse.Records.binary;
import static io.tallyflow.functions.parse.Records.headers;
import static io.tallyflow.functions.parse.Records.record;
import static io.tallyflow.functions.parse.Records.utf8;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * Whatever the bytes, a record becomes an event or a rejection, and a strict general JSON parser
 * sees the same: what is accepted it accepts with equal values, and what is called no JSON, or no
 * UTF-8, or ambiguous, it refuses too.
 */
final class HostileInputTest {

    private static final byte[][] TOKENS = {
        utf8("\""),
        utf8("\\"),
        utf8("\\u0000"),
        utf8("\\ud83d"),
        utf8("\\ude00"),
        utf8("\\u0061"),
        utf8("{"),
        utf8("}"),
        utf8("["),
        utf8("]"),
        utf8(","),
        utf8(":"),
        utf8("null"),
        utf8("\"id\":\"x\","),
        utf8("\"data\":{},"),
        utf8("\"a\":1"),
        utf8(" "),
        utf8("\n"),
        utf8("0"),
        utf8("-"),
        utf8("."),
        utf8("e"),
        utf8("\u0000"),
        utf8("\u0001"),
        utf8("\u007F"),
        utf8("\uFEFF"),
        utf8("\uD83D\uDE00"),
        {(byte) 0xC0, (byte) 0x80},
        {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
        {(byte) 0x80},
        {(byte) 0xFF},
        utf8("[".repeat(40)),
        utf8("1".repeat(70)),
        utf8("1e999999999")
    };

    private final UsageEventParser parser = new UsageEventParser();
    private final JsonMapper strict =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNumberLength(1_000_000)
                                                    .maxNestingDepth(100_000)
                                                    .maxNameLength(1_000_000)
                                                    .build())
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    @Property(seed = "11", tries = 3000)
    void survivesAnyBytes(@ForAll @Size(max = 200) byte[] value) {
        check(record(value, List.of()));
        check(record(value, binary("").headers()));
    }

    @Property(seed = "12", tries = 1000)
    void survivesAnyHeaders(
            @ForAll @Size(max = 20) List<String> names, @ForAll byte[] some, @ForAll long seed) {
        Random random = new Random(seed);
        byte[] bytes = random.nextInt(4) == 0 ? null : some;
        List<RecordHeader> headers = new ArrayList<>();
        for (String name : names) {
            headers.add(new RecordHeader("ce_" + name, bytes));
            headers.add(new RecordHeader(name, bytes));
        }
        headers.addAll(headers("content-type", names.isEmpty() ? "" : names.get(0)));
        for (RecordHeader header : binary("").headers()) {
            headers.add(random.nextInt(9) == 0 ? new RecordHeader(header.name(), bytes) : header);
        }
        check(record(utf8("{}"), headers));
        check(record(utf8("{}"), headers.subList(0, random.nextInt(headers.size()))));
    }

    @Property(seed = "13", tries = 8000, shrinking = ShrinkingMode.OFF)
    void agreesWithAStrictParserOnDamagedEvents(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] value = utf8(new EventText(seed).json);
        for (int i = random.nextInt(4); i >= 0; i--) {
            value = damaged(value, random);
        }
        ParsedRecord parsed = check(record(value, List.of()));
        UsageEvent event = parsed.event();
        if (event != null) {
            assertSameValues(event, value);
        }
        RejectedRecord rejected = parsed.rejected();
        if (rejected != null) {
            assertRefused(rejected.reason(), value);
        }
    }

    private ParsedRecord check(ConsumedRecord record) {
        ParsedRecord parsed = parser.parse(record);
        assertThat(parsed.event() == null).isNotEqualTo(parsed.rejected() == null);
        assertThat(parsed.offset()).isEqualTo(record.offset());
        return parsed;
    }

    private void assertSameValues(UsageEvent event, byte[] value) {
        assertThat(Utf8Test.isUtf8(value)).isTrue();
        JsonNode node = read(value);
        assertThat(node).isNotNull();
        if (node == null) {
            return;
        }
        assertThat(event.id()).isEqualTo(node.path("id").textValue());
        assertThat(event.source()).isEqualTo(node.path("source").textValue());
        assertThat(event.type()).isEqualTo(node.path("type").textValue());
        assertThat(event.subject()).isEqualTo(node.path("subject").textValue());
        assertThat(node.path("specversion").asText("1.0")).isIn("1.0", "null");
        byte[] data = event.data();
        if (data == null) {
            assertThat(node.path("data").isMissingNode() || node.path("data").isNull()).isTrue();
        } else {
            assertThat(read(data)).isEqualTo(node.path("data"));
        }
    }

    private void assertRefused(String reason, byte[] value) {
        switch (reason) {
            case "ENCODING" ->
                    assertThat(
                                    Utf8Test.isUtf8(value)
                                            && value[0] != (byte) 0xEF
                                            && read(value) != null)
                            .isFalse();
            case "JSON" -> {
                JsonNode node = read(value);
                assertThat(node == null || !node.isObject()).isTrue();
            }
            case "DUPLICATE_KEY" -> assertThat(read(value)).isNull();
            default -> assertThat(Utf8Test.isUtf8(value)).isTrue();
        }
    }

    /** Null if the bytes are not one JSON document without duplicate keys. */
    private @Nullable JsonNode read(byte[] value) {
        try {
            JsonNode node = strict.readTree(new String(value, UTF_8));
            return node.isMissingNode() ? null : node;
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    static byte[] damaged(byte[] value, Random random) {
        int from = random.nextInt(value.length + 1);
        int to = Math.min(value.length, from + random.nextInt(8));
        byte[] middle =
                switch (random.nextInt(5)) {
                    case 0 -> new byte[0];
                    case 1 -> new byte[] {(byte) random.nextInt(256)};
                    case 2 -> doubled(Arrays.copyOfRange(value, from, to));
                    default -> TOKENS[random.nextInt(TOKENS.length)];
                };
        int next = random.nextBoolean() ? from : to;
        byte[] result = new byte[from + middle.length + value.length - next];
        System.arraycopy(value, 0, result, 0, from);
        System.arraycopy(middle, 0, result, from, middle.length);
        System.arraycopy(value, next, result, from + middle.length, value.length - next);
        return result;
    }

    private static byte[] doubled(byte[] part) {
        byte[] twice = Arrays.copyOf(part, part.length * 2);
        System.arraycopy(part, 0, twice, part.length, part.length);
        return twice;
    }
}
