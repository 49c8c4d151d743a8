package io.tallyflow.functions.parse;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallyflow.schemas.event.ConsumedRecord;
import io.tallyflow.schemas.event.ParsedRecord;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.RejectedRecord;
import io.tallyflow.schemas.event.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records as tests write them down, all from one place in Kafka, at midnight of 2024-01-01. */
final class Records {

    static final int PARTITION = 3;
    static final long OFFSET = 4711;
    static final long KAFKA_TIME = 1_704_067_200_000L;
    static final String STRUCTURED = "application/cloudevents+json";

    private Records() {}

    static ConsumedRecord record(byte @Nullable [] value, List<RecordHeader> headers) {
        return at(KAFKA_TIME, value, headers);
    }

    static ConsumedRecord at(long kafkaTime, byte @Nullable [] value, List<RecordHeader> headers) {
        return new ConsumedRecord("usage.events", PARTITION, OFFSET, kafkaTime, value, headers);
    }

    /** Headers as name, value, name, value. */
    static List<RecordHeader> headers(String... namesAndValues) {
        List<RecordHeader> headers = new ArrayList<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            headers.add(new RecordHeader(namesAndValues[i], utf8(namesAndValues[i + 1])));
        }
        return headers;
    }

    /** A structured event without a content type. */
    static ConsumedRecord structured(String json) {
        return record(utf8(json), List.of());
    }

    /** A binary event with the four required attributes, and more headers. */
    static ConsumedRecord binary(String data, String... namesAndValues) {
        List<RecordHeader> headers =
                headers(
                        "ce_specversion", "1.0",
                        "ce_id", "i",
                        "ce_source", "s",
                        "ce_type", "t",
                        "ce_subject", "u");
        headers.addAll(headers(namesAndValues));
        return record(utf8(data), headers);
    }

    /** The JSON of an event with the four required attributes, and more members. */
    static String json(String members) {
        return "{\"id\":\"i\",\"source\":\"s\",\"type\":\"t\",\"subject\":\"u\"" + members + "}";
    }

    static UsageEvent accepted(ConsumedRecord record) {
        ParsedRecord parsed = new UsageEventParser().parse(record);
        assertThat(parsed.rejected()).isNull();
        UsageEvent event = parsed.event();
        if (event == null) {
            throw new AssertionError("Neither an event nor a rejection");
        }
        return event;
    }

    static RejectedRecord rejected(ConsumedRecord record) {
        ParsedRecord parsed = new UsageEventParser().parse(record);
        assertThat(parsed.event()).isNull();
        RejectedRecord rejected = parsed.rejected();
        if (rejected == null) {
            throw new AssertionError("Neither an event nor a rejection");
        }
        return rejected;
    }

    /** The data of an accepted event as text. */
    static @Nullable String data(UsageEvent event) {
        byte[] data = event.data();
        return data == null ? null : new String(data, StandardCharsets.UTF_8);
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
