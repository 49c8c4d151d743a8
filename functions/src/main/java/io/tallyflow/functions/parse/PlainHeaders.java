package io.tallyflow.functions.parse;

import io.tallyflow.functions.json.JsonReader;
import io.tallyflow.schemas.event.RecordHeader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the headers of a record as they usually are: the content type is one of a few, and
 * attributes are printable ASCII and occur once. Confined to one thread, reusable.
 */
final class PlainHeaders {

    private static final byte[] JSON = ascii("application/json");
    private static final byte[] JSON_UTF8 = ascii("application/json; charset=utf-8");
    private static final byte[] STRUCTURED = ascii("application/cloudevents+json");
    private static final byte[] STRUCTURED_UTF8 =
            ascii("application/cloudevents+json; charset=utf-8");

    /** How a record carries its event. */
    enum Mode {
        STRUCTURED,

        /** Structured if the value says so, because the record says only that it is JSON. */
        CLAIMED,

        /** Binary, or nothing that is usual. */
        BINARY,

        UNUSUAL
    }

    /** The attributes of a record, one after the other. */
    private final byte[] texts =
            new byte[Attribute.values().length * UsageEventParser.MAX_ATTRIBUTE_BYTES];

    /** What the headers announce. */
    static Mode mode(List<RecordHeader> headers) {
        Mode announced = null;
        boolean attributes = false;
        for (int i = 0; i < headers.size(); i++) {
            RecordHeader header = headers.get(i);
            attributes |= header.name().startsWith(Attribute.HEADER_PREFIX);
            if (header.name().equals(UsageEventParser.CONTENT_TYPE)) {
                Mode mode = announcedBy(header.value());
                if (announced != null || mode == Mode.UNUSUAL) {
                    return Mode.UNUSUAL;
                }
                announced = mode;
            }
        }
        if (attributes && announced != Mode.STRUCTURED) {
            return Mode.BINARY;
        }
        return announced == null ? Mode.STRUCTURED : announced;
    }

    private static Mode announcedBy(byte @Nullable [] type) {
        if (Arrays.equals(type, STRUCTURED) || Arrays.equals(type, STRUCTURED_UTF8)) {
            return Mode.STRUCTURED;
        }
        return isJson(type) ? Mode.CLAIMED : Mode.UNUSUAL;
    }

    private static boolean isJson(byte @Nullable [] type) {
        return Arrays.equals(type, JSON) || Arrays.equals(type, JSON_UTF8);
    }

    /** Reads the attributes of an event in binary mode; false to give up. */
    boolean read(List<RecordHeader> headers, PlainAttributes attributes) {
        attributes.in(texts);
        int at = 0;
        for (int i = 0; i < headers.size(); i++) {
            RecordHeader header = headers.get(i);
            if (header.name().startsWith(Attribute.HEADER_PREFIX)) {
                byte[] value = header.value();
                if (value == null
                        || !JsonReader.isPrintable(value)
                        || header.name().indexOf(0) >= 0) {
                    return false;
                }
                Attribute attribute = Attribute.ofHeader(header.name());
                if (attribute != null) {
                    int end = take(value, at, attribute, attributes);
                    if (end == at) {
                        return false;
                    }
                    at = end;
                }
            }
        }
        return true;
    }

    /** Keeps the text of an attribute; returns where it ends, which is its start to give up. */
    private int take(byte[] text, int at, Attribute attribute, PlainAttributes attributes) {
        if (text.length > UsageEventParser.MAX_ATTRIBUTE_BYTES || !attributes.isAbsent(attribute)) {
            return at;
        }
        System.arraycopy(text, 0, texts, at, text.length);
        attributes.put(attribute, at, at + text.length);
        return at + text.length;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
