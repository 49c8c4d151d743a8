package io.tallyflow.schemas.meter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class GroupTextTest {

    @Test
    void writesAnEmptyObjectForNoGroup() {
        assertThat(GroupText.of(Map.of())).isEqualTo("{}");
        assertThat(GroupText.of(List.of(), List.of())).isEqualTo("{}");
    }

    @Test
    void sortsNamesAndLeavesNoWhiteSpace() {
        Map<String, String> group = new LinkedHashMap<>();
        group.put("type", "input");
        group.put("model", "gpt-4");
        group.put("Zone", "");
        assertThat(GroupText.of(group))
                .isEqualTo("{\"Zone\":\"\",\"model\":\"gpt-4\",\"type\":\"input\"}");
    }

    @Test
    void tellsTheGroupOfAllOthers() {
        String group = GroupText.of(Map.of("a", "1", "b \"}", "2"));
        assertThat(GroupText.isOther(group)).isFalse();
        assertThat(GroupText.isOther(GroupText.other(group))).isTrue();
        assertThat(GroupText.isOther(GroupText.of(Map.of("a", "1", "b", GroupText.OTHER))))
                .isFalse();
        assertThat(GroupText.isOther(GroupText.NONE)).isFalse();
    }

    @Test
    void escapesQuotesBackslashesAndControlsOnly() {
        assertThat(GroupText.of(Map.of("a", "\"\\/\b\f\n\r\t\u001f\u007f\u2028é🚀'")))
                .isEqualTo(
                        "{\"a\":\"\\\"\\\\/\\u0008\\u000c\\u000a\\u000d\\u0009\\u001f"
                                + "\u007f\u2028é🚀'\"}");
    }

    @Test
    void keepsWhatLooksLikeSqlOrJsonAsData() throws IOException {
        String value = "customer', (SELECT sleep(3)), 'key\",\"b\":\"{}";
        assertThat(read(GroupText.of(Map.of("a", value)))).isEqualTo(Map.of("a", value));
    }

    @Test
    void refusesNamesWithoutValues() {
        assertThatThrownBy(() -> GroupText.of(List.of("a"), List.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Property(seed = "5004", tries = 300)
    void canBeReadBackByAnyJsonParser(@ForAll List<String> texts) throws IOException {
        Map<String, String> group =
                IntStream.range(0, texts.size())
                        .boxed()
                        .collect(
                                Collectors.toMap(
                                        i -> "n" + i, i -> withoutSurrogates(texts.get(i))));
        assertThat(read(GroupText.of(group))).isEqualTo(group);
    }

    private static String withoutSurrogates(String text) {
        return text.replaceAll("[\ud800-\udfff]", "?");
    }

    private static Map<String, String> read(String json) throws IOException {
        Map<String, String> result = new LinkedHashMap<>();
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            assertThat(parser.nextToken()).isEqualTo(JsonToken.START_OBJECT);
            while (parser.nextToken() != JsonToken.END_OBJECT) {
                String name = parser.currentName();
                result.put(name, parser.nextTextValue());
            }
            assertThat(parser.nextToken()).isNull();
        }
        return result;
    }
}
