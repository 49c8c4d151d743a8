package io.tallyflow.operations.voids;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.functions.parse.UsageLineParser;
import io.tallyflow.schemas.event.UsageEvent;
import io.tallyflow.schemas.event.VoidRequest;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VoidDataTest {

    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00.123Z");

    @Test
    void isAnEventThatTheJobAccepts() {
        VoidRequest request = new VoidRequest("größe", "a \"source\"", "id\\1", "why\nnot");
        byte[] bytes = VoidData.event(request, "7", NOW);
        UsageEvent event = new UsageLineParser().parse(bytes, NOW.toEpochMilli()).event();
        assertThat(event).isNotNull();
        assertThat(event.type()).isEqualTo("tallyflow.void");
        assertThat(event.source()).isEqualTo("/tallyflow/void");
        assertThat(event.id()).isEqualTo("7");
        assertThat(event.subject()).isEqualTo("größe");
        assertThat(event.timeMicros()).isEqualTo(NOW.toEpochMilli() * 1_000);
        String data = new String(event.data(), StandardCharsets.UTF_8);
        assertThat(VoidData.read("größe", data)).isEqualTo(request);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "{}",
                "{\"source\": \"s\"}",
                "{\"id\": \"i\"}",
                "{\"source\": \"s\", \"id\": 1}",
                "{\"source\": \"\", \"id\": \"i\"}",
                "{\"source\": null, \"id\": \"i\"}",
                "{\"source\": \"s\\u0000\", \"id\": \"i\"}",
                "{\"source\": \"s\", \"id\": \"\\ud800\"}",
                "{\"source\": \"s\""
            })
    void namesNoEvent(String data) {
        assertThat(VoidData.read("c", data)).isNull();
    }

    @Test
    void leavesOutAReasonThatNobodyCanRead() {
        assertThat(
                        VoidData.read(
                                "c",
                                "{\"source\": \"s\", \"id\": \"i\", \"reason\": \"a\\u0000\", \"more\": 1}"))
                .isEqualTo(new VoidRequest("c", "s", "i", null));
    }

    @Test
    void readsALineThatIsTheEventItself() {
        byte[] line =
                "{\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"s\",\"subject\":\"c\",\"data\":{\"id\":\"x\"}}"
                        .getBytes(StandardCharsets.UTF_8);
        assertThat(VoidData.readLine(line)).isEqualTo(new VoidRequest("c", "s", "i", null));
        assertThat(
                        VoidData.readLine(
                                "{\"id\":\"i\",\"source\":\"s\"}".getBytes(StandardCharsets.UTF_8)))
                .isNull();
    }
}
