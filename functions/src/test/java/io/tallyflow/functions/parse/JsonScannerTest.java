package io.tallyflow.functions.parse;

import static io.tallyflow.functions.parse.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallyflow.schemas.event.RejectionReason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonScannerTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " \t\r\n{ \t\r\n} \t\r\n",
                "null",
                "true",
                "false",
                "\"\"",
                "0",
                "-0",
                "-0.0e-0",
                "1e999999999",
                "1E+2",
                "12.34",
                "[1,2,3]",
                "[ [ ] , { } ]",
                "[[],[[]],{\"a\":[]}]",
                "{\"a\":{\"a\":{\"a\":1}},\"b\":{\"a\":1}}",
                "{\"\":0}",
                "{\"a\":1,\"A\":2,\"a \":3}",
                "[{\"a\":1},{\"a\":2}]",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u00E9\"",
                "\"\\uD83D\\ude00\"",
                "\"\uD83D\uDE00 \u00E9 \u2028 \uFFFE \u007F \u0080\"",
                "\"\\u0001\\uFFFF\""
            })
    void acceptsJson(String json) {
        assertThatCode(() -> scan(json)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "{]",
                "[}",
                "[[]",
                "[]]",
                "{}{}",
                "{},",
                "{}x",
                "[1,]",
                "[,1]",
                "[,]",
                "[1 2]",
                "[1,,2]",
                "[1:2]",
                "{,}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{\"a\":1,,\"b\":2}",
                "{\"a\":1 \"b\":2}",
                "{\"a\",1}",
                "{\"a\"::1}",
                "{a:1}",
                "{'a':1}",
                "{1:1}",
                "{null:1}",
                "{\"a\":1;\"b\":2}",
                "nul",
                "nulL",
                "nullx",
                "True",
                "undefined",
                "NaN",
                "Infinity",
                "-Infinity",
                "+1",
                "-",
                "--1",
                "01",
                "-01",
                ".5",
                "1.",
                "1.e1",
                "1e",
                "1e+",
                "1e1.5",
                "0x10",
                "1_000",
                "1,5",
                "\"",
                "\"a",
                "\"\\\"",
                "\"\\",
                "\"\\x\"",
                "\"\\'\"",
                "\"\\u\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\\u+123\"",
                "\"\\U0041\"",
                "\"\\uD83D\\u12\"",
                "\"\t\"",
                "\"\n\"",
                "\"\u001F\"",
                "'a'",
                "// comment\n{}",
                "{}/* comment */",
                "\u00A0{}",
                "\uFEFF{}",
                "\u0000",
                "{\u0000}",
                "{}\u0000",
                "\f{}"
            })
    void refusesWhatIsNotJson(String json) {
        assertRejected(json, RejectionReason.JSON);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\u0000\"",
                "\"a\u0000\"",
                "\"\\ud800\"",
                "\"\\uDFFF\"",
                "\"\\ud83d \\ude00\"",
                "\"\\ud83d\\n\"",
                "\"\\ud83d\\ud83d\\ude00\"",
                "\"\\ude00\\ud83d\"",
                "\"\\ud83d\\u0041\"",
                "{\"\\u0000\":1}",
                "{\"a\u0000\":1}",
                "{\"\\udead\":1}",
                "[[[{\"a\":[\"\\ud800\"]}]]]",
                "\"\\ud800"
            })
    void refusesTextThatNoDatabaseKeeps(String json) {
        assertRejected(json, RejectionReason.TEXT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1,\"a\":1}",
                "{\"a\":1,\"b\":2,\"a\":3}",
                "{\"a\":1,\"\\u0061\":2}",
                "{\"\\u0061\":1,\"a\":2}",
                "{\"\\u0061\":1,\"\\u0061\":2}",
                "{\"\":1,\"\":2}",
                "{\"/\":1,\"\\/\":2}",
                "{\"\uD83D\uDE00\":1,\"\\ud83d\\ude00\":2}",
                "{\"\u00E9\":1,\"x\":{},\"\\u00e9\":2}",
                "[{\"a\":{\"b\":1,\"b\":2}}]",
                "{\"x\":{\"b\":1},\"a\":[{\"x\":1}],\"x\":0}",
                "{\"a\":{\"a\":1},\"a\":2}",
                "{\"a\":1,\"a\""
            })
    void refusesANameThatOccursTwiceInItsObject(String json) {
        assertRejected(json, RejectionReason.DUPLICATE_KEY);
    }

    /** NFC and NFD look the same and are not. */
    @Test
    void doesNotNormaliseNames() {
        assertThatCode(() -> scan("{\"\u00E9\":1,\"e\u0301\":2}")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 18, 40, 20_000})
    void findsTheSecondOfAnyNumberOfNames(int count) {
        String distinct =
                IntStream.range(0, count)
                        .mapToObj(i -> "\"" + i + "\":0")
                        .collect(Collectors.joining(","));
        assertThatCode(() -> scan("{" + distinct + "}")).doesNotThrowAnyException();
        assertRejected("{" + distinct + ",\"0\":1}", RejectionReason.DUPLICATE_KEY);
        assertRejected(
                "{" + distinct + ",\"" + (count - 1) + "\":1}", RejectionReason.DUPLICATE_KEY);
        assertRejected("{" + distinct + ",\"\\u0030\":1}", RejectionReason.DUPLICATE_KEY);
    }

    @Test
    void tellsNamesApartWhoseHashesCollide() {
        List<String> names = new ArrayList<>(List.of(""));
        for (int i = 0; i < 12; i++) {
            names =
                    names.stream()
                            .flatMap(name -> List.of(name + "Aa", name + "BB").stream())
                            .toList();
        }
        assertThat(names.stream().map(String::hashCode).distinct()).hasSize(1);
        String distinct =
                names.stream().map(name -> "\"" + name + "\":0").collect(Collectors.joining(","));
        assertThatCode(() -> scan("{" + distinct + "}")).doesNotThrowAnyException();
        assertRejected(
                "{" + distinct + ",\"" + names.get(7) + "\":1}", RejectionReason.DUPLICATE_KEY);
    }

    @Test
    void forgetsTheNamesOfADocumentThatEndedInTheMiddle() {
        JsonScanner scanner = new JsonScanner();
        assertThatThrownBy(() -> scanner.scan(utf8("{\"a\":{\"b\":1,"), 32))
                .isInstanceOf(Rejection.class);
        assertThatCode(() -> scanner.scan(utf8("{\"a\":{\"b\":1}}"), 32))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource({"1", "2", "32", "33"})
    void countsTheRootAsTheFirstLevel(int levels) {
        for (String pair : List.of("[]", "{\"a\":}")) {
            String open = pair.substring(0, pair.length() - 1);
            String close = pair.substring(pair.length() - 1);
            String innermost = pair.equals("[]") ? "" : "0";
            String deepest = open.repeat(levels) + innermost + close.repeat(levels);
            assertThatCode(() -> new JsonScanner().scan(utf8(deepest), levels))
                    .doesNotThrowAnyException();
            assertThatThrownBy(() -> new JsonScanner().scan(utf8(open + deepest + close), levels))
                    .isInstanceOfSatisfying(
                            Rejection.class,
                            rejection ->
                                    assertThat(rejection.reason())
                                            .isEqualTo(RejectionReason.LIMIT));
        }
    }

    @Test
    void doesNotOverflowTheStackOnBrackets() {
        assertRejected("[".repeat(262_144), RejectionReason.LIMIT);
        assertRejected("{\"a\":".repeat(50_000), RejectionReason.LIMIT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"%s", "-%s", "0.%s", "1e%s", "-1.5E+%s"})
    void allowsSixtyFourCharactersInANumber(String form) {
        String longest = form.formatted("1".repeat(66 - form.length()));
        assertThat(longest).hasSize(64);
        assertThatCode(() -> scan(longest)).doesNotThrowAnyException();
        assertRejected(longest + "1", RejectionReason.LIMIT);
        assertRejected("[" + longest + "0]", RejectionReason.LIMIT);
    }

    @Test
    void tellsTheMembersOfTheRootObjectOnly() throws Rejection {
        String json = " { \"a\" : 1 , \"b\":{\"c\":[2]},\"d\" :[ {\"e\":3} ] ,\"f\":\"x\\\"y\" } ";
        List<String> members = new ArrayList<>();
        new JsonScanner()
                .scan(
                        utf8(json),
                        32,
                        (nameStart, nameEnd, valueStart, valueEnd) ->
                                members.add(
                                        json.substring(nameStart, nameEnd)
                                                + "="
                                                + json.substring(valueStart, valueEnd)));
        assertThat(members)
                .containsExactly("a=1", "b={\"c\":[2]}", "d=[ {\"e\":3} ]", "f=\"x\\\"y\"");
    }

    @Test
    void tellsNoMembersOfAnArray() throws Rejection {
        new JsonScanner()
                .scan(
                        utf8("[{\"a\":1},2]"),
                        32,
                        (nameStart, nameEnd, valueStart, valueEnd) -> {
                            throw new AssertionError("An array has no members");
                        });
    }

    private static void scan(String json) throws Rejection {
        new JsonScanner().scan(utf8(json), 32);
    }

    private static void assertRejected(String json, RejectionReason reason) {
        assertThatThrownBy(() -> scan(json))
                .isInstanceOfSatisfying(
                        Rejection.class,
                        rejection -> assertThat(rejection.reason()).isEqualTo(reason));
    }
}
