package io.tallyflow.functions.parse;

import io.tallyflow.functions.json.Utf8;
import io.tallyflow.schemas.event.RecordHeader;
import io.tallyflow.schemas.event.RejectionReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An event in binary content mode: attributes are {@code ce_} headers with UTF-8 values, the record
 * value is the data. A header without a value is the same as absent, and so is data of no bytes.
 */
final class BinaryEvent implements Attributes {

    private final Map<Attribute, String> texts = new EnumMap<>(Attribute.class);
    private byte @Nullable [] data;

    private BinaryEvent() {}

    /**
     * Whether a record without a CloudEvents content type is in binary mode: it has a header for
     * one of the attributes that every CloudEvent has.
     */
    static boolean isAnnouncedBy(List<RecordHeader> headers) {
        for (RecordHeader header : headers) {
            Attribute attribute = Attribute.ofHeader(header.name());
            if (attribute == Attribute.SPECVERSION
                    || attribute == Attribute.ID
                    || attribute == Attribute.SOURCE
                    || attribute == Attribute.TYPE) {
                return true;
            }
        }
        return false;
    }

    /** Whether any header carries an attribute, an extension included. */
    static boolean hasAttributes(List<RecordHeader> headers) {
        for (RecordHeader header : headers) {
            if (header.name().startsWith(Attribute.HEADER_PREFIX)) {
                return true;
            }
        }
        return false;
    }

    /** Reads headers and data; the attributes are not checked yet. */
    static BinaryEvent read(
            byte[] value,
            List<RecordHeader> headers,
            @Nullable String contentType,
            JsonScanner scanner)
            throws Rejection {
        requireJson(contentType);
        BinaryEvent event = new BinaryEvent();
        event.readHeaders(headers);
        event.readData(value, scanner);
        return event;
    }

    /** In binary mode the content type is the attribute {@code datacontenttype}. */
    private static void requireJson(@Nullable String contentType) throws Rejection {
        MediaType type = contentType == null ? null : MediaType.of(contentType);
        if (contentType != null && (type == null || !type.isJson() || !type.utf8())) {
            throw new Rejection(
                    RejectionReason.DATA_CONTENT_TYPE,
                    "Header content-type is not a JSON media type in UTF-8.");
        }
    }

    private void readHeaders(List<RecordHeader> headers) throws Rejection {
        for (RecordHeader header : headers) {
            if (header.name().startsWith(Attribute.HEADER_PREFIX)) {
                readHeader(header);
            }
        }
    }

    private void readHeader(RecordHeader header) throws Rejection {
        byte[] bytes = header.value();
        if (bytes == null) {
            return;
        }
        if (Utf8.firstInvalid(bytes) >= 0) {
            throw rejected(RejectionReason.ENCODING, header, "is not UTF-8");
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (text.indexOf(0) >= 0 || header.name().indexOf(0) >= 0) {
            throw rejected(RejectionReason.TEXT, header, "holds U+0000");
        }
        Attribute attribute = Attribute.ofHeader(header.name());
        String before = attribute == null ? null : texts.putIfAbsent(attribute, text);
        if (before != null && !before.equals(text)) {
            // Retries and agents repeat headers as they are; nobody says which of two is meant.
            throw rejected(RejectionReason.DUPLICATE_KEY, header, "occurs with different values");
        }
    }

    private void readData(byte[] value, JsonScanner scanner) throws Rejection {
        if (value.length == 0) {
            return;
        }
        Encoding.requireUtf8(value);
        scanner.scan(value, UsageEventParser.MAX_LEVELS);
        if (value[scanner.rootStart()] != 'n') {
            data = Arrays.copyOfRange(value, scanner.rootStart(), scanner.rootEnd());
        }
    }

    /** Names the header only if its name is one of ours: all others are a producer's text. */
    private static Rejection rejected(
            RejectionReason reason, RecordHeader header, String predicate) {
        Attribute attribute = Attribute.ofHeader(header.name());
        return new Rejection(
                reason,
                attribute == null
                        ? "A header of an extension attribute " + predicate + "."
                        : "Header ce_" + attribute.wireName() + " " + predicate + ".");
    }

    @Override
    public @Nullable String specVersion() {
        return text(Attribute.SPECVERSION);
    }

    @Override
    public @Nullable String text(Attribute attribute) {
        return texts.get(attribute);
    }

    @Override
    public byte @Nullable [] data() throws Rejection {
        if (data != null && data[0] != '{') {
            throw Attribute.DATA.violated("is not a JSON object");
        }
        return data;
    }
}
