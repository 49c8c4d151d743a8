package io.tallyflow.local.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

/**
 * A valid event before it is written down, in one of the content modes of the CloudEvents Kafka
 * binding.
 *
 * @param timeMicros event time, microseconds since the epoch, UTC; null: the Kafka timestamp is
 * @param form chooses among the ways to write the same event; 0 is the plainest
 * @param binary attributes in headers and data as the value, instead of one JSON object
 */
record Draft(
        String id,
        String source,
        String type,
        String subject,
        @Nullable Long timeMicros,
        int form,
        boolean binary,
        Payload payload) {

    /** How many forms there are. */
    static final int FORMS = 128;

    private static final int TIME_FORMS = 15;
    private static final int REARRANGED = 16;
    private static final int DECLARED = 32;
    private static final int CHARSET = 64;

    private static final byte[] NOTHING = {};
    private static final byte[] NULL = Message.utf8("null");

    private static final Header VERSION = Message.header("ce_specversion", "1.0");
    private static final Header EXTENSION = Message.header("ce_traceparent", "00-ab-cd-01");
    private static final Header FOREIGN = Message.header("trace", "\u00e9");
    private static final Header JSON = Message.header(Message.CONTENT_TYPE, "application/json");
    private static final Header VENDOR_JSON =
            Message.header(Message.CONTENT_TYPE, "application/vnd.usage+json; charset=\"UTF-8\"");
    private static final List<Header> STRUCTURED =
            List.of(Message.header(Message.CONTENT_TYPE, "application/cloudevents+json"));
    private static final List<Header> STRUCTURED_UTF8 =
            List.of(
                    Message.header(
                            Message.CONTENT_TYPE, "Application/CloudEvents+JSON; charset=utf-8"));

    /** As it goes to Kafka. */
    Message message() {
        return binary ? binaryMessage() : structuredMessage();
    }

    private Message structuredMessage() {
        List<Header> headers = List.of();
        if (is(DECLARED)) {
            headers = is(CHARSET) ? STRUCTURED_UTF8 : STRUCTURED;
        }
        return new Message(headers, Message.utf8(is(REARRANGED) ? rearranged() : text()));
    }

    /** One JSON object, plainly written, its data at the end. */
    String text() {
        StringBuilder json = new StringBuilder(384);
        json.append("{\"specversion\":\"1.0\",\"id\":").append(WrittenJson.quote(id));
        json.append(",\"source\":").append(WrittenJson.quote(source));
        json.append(",\"type\":").append(WrittenJson.quote(type));
        json.append(",\"subject\":").append(WrittenJson.quote(subject));
        if (timeMicros != null) {
            json.append(",\"time\":\"");
            WrittenTime.append(json, timeMicros, form & TIME_FORMS);
            json.append('"');
        }
        if (payload.json() != null) {
            json.append(",\"data\":").append(payload.json());
        }
        return json.append('}').toString();
    }

    /** The same event, in another order, with escapes, spaces, an extension, and no version. */
    private String rearranged() {
        StringBuilder json = new StringBuilder(512);
        json.append(" {\"data\": ").append(payload.json()).append(" ,\r\n");
        json.append("\"traceparent\":{\"a\":[1]},\"datacontenttype\":\"application/json\",");
        if (timeMicros != null) {
            json.append("\"time\":\"");
            WrittenTime.append(json, timeMicros, form & TIME_FORMS);
            json.append("\",");
        }
        json.append("\"subject\" : ").append(WrittenJson.quoteAscii(subject));
        json.append(",\"typ\\u0065\":").append(WrittenJson.quoteAscii(type));
        json.append(",\"source\":\t").append(WrittenJson.quoteAscii(source));
        json.append(",\"id\":").append(WrittenJson.quoteAscii(id));
        return json.append("}\n").toString();
    }

    private Message binaryMessage() {
        List<Header> headers = new ArrayList<>(9);
        headers.add(VERSION);
        headers.add(Message.header("ce_id", id));
        headers.add(Message.header("ce_source", source));
        headers.add(Message.header("ce_type", type));
        headers.add(Message.header("ce_subject", subject));
        if (timeMicros != null) {
            StringBuilder time = new StringBuilder(40);
            WrittenTime.append(time, timeMicros, form & TIME_FORMS);
            headers.add(Message.header("ce_time", time.toString()));
        }
        if (is(REARRANGED)) {
            headers.add(0, EXTENSION);
            headers.add(FOREIGN);
        }
        if (!is(DECLARED)) {
            headers.add(is(CHARSET) ? VENDOR_JSON : JSON);
        }
        return new Message(headers, data());
    }

    private byte[] data() {
        if (payload.json() != null) {
            return Message.utf8(is(REARRANGED) ? " " + payload.json() + "\n" : payload.json());
        }
        return is(REARRANGED) ? NULL : NOTHING;
    }

    private boolean is(int bit) {
        return (form & bit) != 0;
    }

    long timeMicros(long kafkaTimeMillis) {
        return timeMicros == null ? kafkaTimeMillis * 1_000 : timeMicros;
    }

    /** What meters look at. */
    Usage usage(long kafkaTimeMillis) {
        return new Usage(type, subject, source, id, timeMicros(kafkaTimeMillis), payload);
    }

    /** Whether two events of one identity agree: in their type and the bytes of their data. */
    boolean saysTheSameAs(Draft other) {
        return type.equals(other.type) && Objects.equals(payload.json(), other.payload.json());
    }

    Draft at(long micros) {
        return new Draft(id, source, type, subject, micros, form, binary, payload);
    }

    Draft untimed() {
        return new Draft(id, source, type, subject, null, form, binary, payload);
    }

    Draft withType(String other) {
        return new Draft(id, source, other, subject, timeMicros, form, binary, payload);
    }

    Draft withPayload(Payload other) {
        return new Draft(id, source, type, subject, timeMicros, form, binary, other);
    }

    Draft written(int otherForm, boolean otherBinary) {
        return new Draft(id, source, type, subject, timeMicros, otherForm, otherBinary, payload);
    }
}
