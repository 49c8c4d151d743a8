package io.tallyflow.functions.parse;

import io.tallyflow.functions.json.ExactReader;
import io.tallyflow.functions.json.JsonText;
import io.tallyflow.schemas.event.RejectionReason;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * An event in the JSON event format: attributes and data are members of one object. JSON null is
 * the same as absent, as that format demands. Extensions can be anything that is JSON.
 */
final class StructuredEvent implements Attributes, ExactReader.Members {

    private static final int COUNT = Attribute.values().length;

    private final byte[] json;
    private final int[] starts = new int[COUNT];
    private final int[] ends = new int[COUNT];

    private StructuredEvent(byte[] json) {
        this.json = json;
    }

    /** Reads the envelope; its attributes are not checked yet. */
    static StructuredEvent read(byte[] value, JsonScanner scanner) throws Rejection {
        StructuredEvent event = new StructuredEvent(value);
        event.scan(scanner);
        return event;
    }

    /** The same if the value says itself, by its specversion, that it is an event; else null. */
    static @Nullable StructuredEvent readClaimed(byte[] value, JsonScanner scanner)
            throws Rejection {
        StructuredEvent event = new StructuredEvent(value);
        try {
            event.scan(scanner);
        } catch (Rejection rejection) {
            if (!event.isAbsent(Attribute.SPECVERSION)) {
                throw rejection;
            }
        }
        return event.isAbsent(Attribute.SPECVERSION) ? null : event;
    }

    private void scan(JsonScanner scanner) throws Rejection {
        Encoding.requireUtf8(json);
        scanner.scan(json, UsageEventParser.MAX_LEVELS + 1, this); // the envelope is one more
        if (json[scanner.rootStart()] != '{') {
            throw new Rejection(RejectionReason.JSON, "The value is not a JSON object.");
        }
    }

    @Override
    public void member(int nameStart, int nameEnd, int valueStart, int valueEnd) {
        Attribute attribute = Attribute.ofJsonName(json, nameStart, nameEnd);
        if (attribute != null && json[valueStart] != 'n') {
            starts[attribute.ordinal()] = valueStart;
            ends[attribute.ordinal()] = valueEnd;
        }
    }

    @Override
    public String specVersion() throws Rejection {
        String version = text(Attribute.SPECVERSION);
        return version == null ? UsageEventParser.SPEC_VERSION : version;
    }

    @Override
    public @Nullable String text(Attribute attribute) throws Rejection {
        if (isAbsent(attribute)) {
            return null;
        }
        int start = starts[attribute.ordinal()];
        if (json[start] != '"') {
            throw attribute.violated("is not a string");
        }
        return JsonText.decode(json, start + 1, ends[attribute.ordinal()] - 1);
    }

    @Override
    public byte @Nullable [] data() throws Rejection {
        requireJsonContent();
        if (!isAbsent(Attribute.DATA_BASE64)) {
            throw Attribute.DATA_BASE64.violated("is present, but data must be JSON");
        }
        if (isAbsent(Attribute.DATA)) {
            return null;
        }
        int start = starts[Attribute.DATA.ordinal()];
        if (json[start] != '{') {
            throw Attribute.DATA.violated("is not a JSON object");
        }
        return Arrays.copyOfRange(json, start, ends[Attribute.DATA.ordinal()]);
    }

    /** The charset says nothing here: data is part of a document that is UTF-8. */
    private void requireJsonContent() throws Rejection {
        String text = text(Attribute.DATACONTENTTYPE);
        MediaType type = text == null ? null : MediaType.of(text);
        if (text != null && (type == null || !type.isJson())) {
            throw Attribute.DATACONTENTTYPE.violated("is not a JSON media type");
        }
    }

    private boolean isAbsent(Attribute attribute) {
        return ends[attribute.ordinal()] == 0;
    }
}
