package io.tallyflow.functions.parse;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MediaTypeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "APPLICATION/Json",
                "text/json",
                " application/json\t",
                "application/json;charset=utf-8",
                "application/json ; charset=UTF-8 ; q=1",
                "application/json; charset=\"utf-8\"",
                "application/json; charset=\"u\\tf-8\"",
                "application/json; profile=\"a;b \\\" c\"",
                "application/json;",
                "application/json;;a=b",
                "application/vnd.acme.usage.v1+json",
                "application/problem+JSON"
            })
    void knowsJson(String text) {
        MediaType type = requireNonNull(MediaType.of(text));
        assertThat(type.isJson()).isTrue();
        assertThat(type.utf8()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain",
                "application/xml",
                "application/jsonl",
                "application/json-seq",
                "application/+json",
                "application/json+xml",
                "image/json",
                "application/x-json"
            })
    void knowsWhatIsNotJson(String text) {
        MediaType type = requireNonNull(MediaType.of(text));
        assertThat(type.isJson()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "json",
                "application",
                "application/",
                "/json",
                "application / json",
                "application/json charset=utf-8",
                "application/json, text/json",
                "application/json;charset",
                "application/json;charset=",
                "application/json;=utf-8",
                "application/json;charset =utf-8",
                "application/json;charset=\"utf-8",
                "application/json;charset=\"utf-8\\",
                "application/json;a=\"\u0000\"",
                "application/jsön",
                "application/json\n"
            })
    void refusesWhatIsNoMediaType(String text) {
        assertThat(MediaType.of(text)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json;charset=iso-8859-1",
                "application/json;charset=utf-16",
                "application/json;CHARSET=\"utf-16\"",
                "application/json;charset=utf-8;charset=utf-16",
                "application/json;charset=utf-16;charset=utf-8",
                "application/json;charset=\"\""
            })
    void noticesAnotherCharset(String text) {
        MediaType type = requireNonNull(MediaType.of(text));
        assertThat(type.utf8()).isFalse();
    }
}
