package io.tallyflow.functions.parse;

import io.tallyflow.functions.json.JsonText;
import io.tallyflow.schemas.event.RejectionReason;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The members of a CloudEvent that are read; all others are extensions and mean nothing here. */
enum Attribute {
    SPECVERSION(RejectionReason.SPEC_VERSION),
    ID(RejectionReason.ATTRIBUTE),
    SOURCE(RejectionReason.ATTRIBUTE),
    TYPE(RejectionReason.ATTRIBUTE),
    SUBJECT(RejectionReason.ATTRIBUTE),
    TIME(RejectionReason.TIME),
    DATACONTENTTYPE(RejectionReason.DATA_CONTENT_TYPE),
    DATA(RejectionReason.DATA),
    DATA_BASE64(RejectionReason.DATA);

    /** What the names of headers that carry attributes begin with. */
    static final String HEADER_PREFIX = "ce_";

    private static final Attribute[] ALL = values();

    private final RejectionReason reason;
    private final String wireName;
    private final byte[] wireBytes;

    Attribute(RejectionReason reason) {
        this.reason = reason;
        this.wireName = name().toLowerCase(Locale.ROOT);
        this.wireBytes = wireName.getBytes(StandardCharsets.US_ASCII);
    }

    /** As written in a CloudEvent. */
    String wireName() {
        return wireName;
    }

    /**
     * A rejection for the reason that stands for this attribute; the text goes on from its name.
     */
    Rejection violated(String predicate) {
        return new Rejection(reason, "Attribute " + wireName + " " + predicate + ".");
    }

    /** The attribute that a JSON name stands for; the name is without its quotes. */
    static @Nullable Attribute ofJsonName(byte[] json, int start, int end) {
        if (JsonText.hasEscape(json, start, end)) {
            byte[] decoded = JsonText.decode(json, start, end).getBytes(StandardCharsets.UTF_8);
            return ofPlainName(decoded, 0, decoded.length);
        }
        return ofPlainName(json, start, end);
    }

    /** The attribute that a header carries. */
    static @Nullable Attribute ofHeader(String headerName) {
        for (Attribute attribute : ALL) {
            if (headerName.length() == HEADER_PREFIX.length() + attribute.wireName.length()
                    && headerName.startsWith(HEADER_PREFIX)
                    && headerName.endsWith(attribute.wireName)) {
                return attribute;
            }
        }
        return null;
    }

    private static @Nullable Attribute ofPlainName(byte[] bytes, int start, int end) {
        for (Attribute attribute : ALL) {
            byte[] wire = attribute.wireBytes;
            if (wire.length == end - start
                    && Arrays.equals(wire, 0, wire.length, bytes, start, end)) {
                return attribute;
            }
        }
        return null;
    }
}
