package io.tallyflow.local.truth;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/**
 * Headers and value of a Kafka record.
 *
 * @param value null for a tombstone
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never a key
record Message(List<Header> headers, byte @Nullable [] value) {

    static final String CONTENT_TYPE = "content-type";

    /** One without headers. */
    static Message of(String text) {
        return new Message(List.of(), utf8(text));
    }

    static Header header(String name, String value) {
        return new RecordHeader(name, utf8(value));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    Message withValue(byte @Nullable [] other) {
        return new Message(headers, other);
    }

    /** With one more header, even if it has one of that name. */
    Message plus(Header header) {
        List<Header> more = new ArrayList<>(headers);
        more.add(header);
        return new Message(List.copyOf(more), value);
    }

    Message without(String name) {
        return new Message(
                headers.stream().filter(header -> !header.key().equals(name)).toList(), value);
    }

    /** With this header instead of those of its name. */
    Message with(Header header) {
        return without(header.key()).plus(header);
    }
}
