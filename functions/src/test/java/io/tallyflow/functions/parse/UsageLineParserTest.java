package io.tallyflow.functions.parse;

import static io.tallyflow.functions.parse.Records.KAFKA_TIME;
import static io.tallyflow.functions.parse.Records.json;
import static io.tallyflow.functions.parse.Records.utf8;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class UsageLineParserTest {

    private final UsageLineParser parser = new UsageLineParser();

    @Test
    void readsAnEventAsItIsReadFromARecordWithItsHeaders() {
        byte[] line = utf8(json(",\"time\":\"2023-05-06T07:08:09.123456Z\",\"data\":{\"v\":1}"));
        UsageEvent event = Objects.requireNonNull(parser.parse(line, KAFKA_TIME).event());
        UsageEvent sent =
                Records.accepted(
                        new ConsumedRecord("t", 0, 0, KAFKA_TIME, line, UsageLineParser.headers()));
        assertThat(event).usingRecursiveComparison().isEqualTo(sent);
    }

    @Test
    void needsATime() {
        assertThat(rejected(parser.parse(utf8(json("")), KAFKA_TIME)))
                .isEqualTo("MISSING Attribute time is missing.");
        assertThat(rejected(parser.parse(utf8(json(",\"time\":null")), KAFKA_TIME)))
                .isEqualTo("MISSING Attribute time is missing.");
        String now = Instant.ofEpochMilli(KAFKA_TIME).toString();
        assertThat(parser.parse(utf8(json(",\"time\":\"" + now + "\"")), KAFKA_TIME).event())
                .isNotNull();
    }

    @Test
    void saysWhatIsWrong() {
        assertThat(rejected(parser.parse(utf8("garbage"), KAFKA_TIME))).startsWith("JSON ");
        assertThat(rejected(parser.parse(utf8("[" + json("") + "]"), KAFKA_TIME)))
                .startsWith("JSON ");
        assertThat(rejected(parser.parse(null, KAFKA_TIME)))
                .isEqualTo("LIMIT The line is longer than 262144 bytes.");
        assertThat(
                        rejected(
                                parser.parse(
                                        utf8(json(",\"time\":\"2100-01-01T00:00:00Z\"")),
                                        KAFKA_TIME)))
                .startsWith("FUTURE ");
    }

    private static String rejected(ParsedRecord parsed) {
        RejectedRecord rejected = Objects.requireNonNull(parsed.rejected());
        return rejected.reason() + " " + rejected.detail();
    }
}
